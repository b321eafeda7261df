/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A program's options as an experiment gives them, but for what is the lab's.
 */
#ifndef GRACELAB_EXPERIMENT_OPTIONS_H
#define GRACELAB_EXPERIMENT_OPTIONS_H

#include "lib/base/side.h"
#include "scan.h"

/*
 * Takes the rest of the line. Options that would give a program other lines
 * than the lab types, or its events to others, are refused in all their
 * spellings, and so are commands that write outside the actors' folder, and
 * UNIX sockets that are not in there.
 */
bool options_take(struct scan *scan, struct words *words);

/* Whether they are no options, but `exec` and a program of others. */
bool options_are_foreign(const struct words *words);

/*
 * What a line, terminated, may be instead, where it is a command of that side
 * that reaches a file or UNIX socket that is not in the actors' folder: a text
 * that stays; so also without memory to tell. NULL: it is none.
 */
const char *options_reaches_outside(enum side side, const char *line);

#endif
