/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Watches a run while it plays: what has come of each play, whether the proxy
 * still serves, whether it has ended, which sockets it holds.
 */
#ifndef GRACELAB_PROXY_WATCH_H
#define GRACELAB_PROXY_WATCH_H

#include "run_inside.h"

/* Has the run's relay tell. */
void watch_begin(struct run *run);

/* Asks for a plain connection, to see that the proxy serves. */
void watch_ping(struct run *run);

/*
 * Plays what was asked for, so many side by side; more than one are watched by
 * plain connections beside them.
 */
void watch_play(struct run *run, unsigned jobs);

/* Whether all trials of a check are over; `*failed`: one has failed. */
bool watch_is_over(const struct run *run, enum check_id id, bool *failed);

/* Waits, boundedly, for the proxy to let go what it holds, and notes the rest.
 */
void watch_look_at_sockets(struct run *run);

#endif
