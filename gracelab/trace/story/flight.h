/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Calls under way that may send, and whose segments they are. */
#ifndef GRACELAB_FLIGHT_H
#define GRACELAB_FLIGHT_H

#include "members.h"

/* Adds one; NULL without memory. */
struct flight *flight_begin(struct story *story, const struct trace_call *call,
	struct connection *connection, enum side side);

/* connect(2) under way to that port, the last to begin; or NULL. */
struct flight *flight_connecting(struct story *story, uint16_t port);

void flight_connected(struct flight *flight, struct connection *connection);

/* The call whose segment it is, and that has none yet; or NULL. */
struct flight *flight_of_segment(struct story *story,
	const struct connection *connection, enum side sender,
	const struct segment *segment);

/* Whether a segment of that call's was seen, and so long ago that whoever is on
 * this machine has taken it in: where it is seen it is on its way yet. */
bool flight_has_sent(const struct story *story, const struct trace_call *call);

/*
 * Whether a send that is about to go on is one whose result shows on the wire.
 * It gives a few bytes, all that was sent on its side before was acknowledged,
 * and nobody else sends there: so they go out at once, and tcp_sendmsg() gives
 * as many as it has taken. The bytes are kept then.
 */
bool flight_is_sure(struct story *story, const struct trace_call *call);

/* Whether all of it was sent, or waits in its socket, as the kernel says if it
 * was not seen for so long; and is taken in like above. */
bool flight_has_given(struct story *story, const struct trace_call *call);

/* One that is sure is over: sets its result, CALL_NEVER if nothing has shown
 * it, and takes its bytes to story.bytes. */
void flight_conclude(struct story *story, struct trace_call *call);

/* Ends one. */
void flight_end(struct story *story, struct flight *flight);

void flight_free_all(struct story *story);

#endif
