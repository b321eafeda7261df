/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The lines that were typed at a terminal, kept from one session to the next.
 */
#ifndef GRACE_HISTORY_H
#define GRACE_HISTORY_H

/* How many lines are kept. */
#define HISTORY_LINES 1000

/*
 * Begins with the lines of earlier sessions of that name: the file
 * `grace/NAME-history` in $XDG_STATE_HOME, else in ~/.local/state, which only
 * the user may read and which is made if need be. Without one, history is of
 * this session alone.
 */
void history_begin(const char *name);

/* Remembers a line that is not empty nor the last one again. */
void history_note(const char *line);

#endif
