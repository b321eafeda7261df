/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Trials with nothing beside them, and a fresh proxy where the last is gone. */
#ifndef GRACELAB_ALONE_H
#define GRACELAB_ALONE_H

#include "run_inside.h"

/*
 * Sees to it that there is a proxy that serves: where the last one does not, a
 * fresh one is started. False where none can be had.
 */
bool alone_revive(struct run *run);

/*
 * Whether the next connection is served. Where it is not, it is noted that this
 * was after that check.
 */
bool alone_serves(struct run *run, enum check_id id);

/* Plays a trial, each try by itself. */
void alone_play(struct run *run, struct trial *trial);

#endif
