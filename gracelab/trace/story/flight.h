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

/* Ends one. */
void flight_end(struct story *story, struct flight *flight);

void flight_free_all(struct story *story);

#endif
