/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The connections of a play: each client has one, its last. Where there are
 * several clients they are told apart in the ladder, by the client's number.
 */
#ifndef GRACELAB_CONNECTIONS_H
#define GRACELAB_CONNECTIONS_H

#include "loop.h"

/*
 * What an event says of connections, before its rung is added. Returns the
 * number that the rung shows: 0 where there is but one client, or none is
 * meant.
 */
unsigned connections_hear(
	struct play *play, unsigned who, const struct event *event);

/*
 * A client begins a connection, which is looked at from now on; nothing of it
 * has been shown yet. Nothing happens if it is that already.
 */
void connections_begin(
	struct play *play, unsigned client, const struct kernel_pair *pair);

/*
 * The number that a line shows of which no event tells: 0 for the server's,
 * which may be about any connection, or none.
 */
unsigned connections_number(const struct play *play, unsigned who);

/* The connection whose state is asked for by that side. */
struct connection *connections_of(struct play *play, unsigned who);

/* Gives the segments of the move under way the numbers of theirs. */
void connections_name_segments(struct play *play);

/*
 * Adds all states that have changed since they were shown to the rungs.
 * `passing`: the last segment has just been sent, or has arrived, and they came
 * with that; else the step is at rest.
 */
void connections_note_states(struct play *play, bool passing);

#endif
