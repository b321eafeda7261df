/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One program, or two, watched from the first call to the end. */
#ifndef GRACELAB_SESSION_H
#define GRACELAB_SESSION_H

#include "plan.h"

/*
 * Runs them, and returns what the exit status shall be: the program's, of two
 * the client's, or the server's if that is 0 and it ended by itself. -1: that
 * could not be done; record->failure says why. The process is in the network
 * of the programs then.
 */
int session_run(const struct session_plan *plan, struct record *record);

#endif
