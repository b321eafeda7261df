/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What each side of a connection has sent so far, by what passed. Pure. */
#ifndef GRACELAB_FLOW_H
#define GRACELAB_FLOW_H

#include "lib/base/side.h"
#include "lib/net/segment.h"

/* One side's sending half. Numbers are TCP's, which wrap around. */
struct flow_half {
	bool known;      /* it has sent something that is no RST */
	uint32_t first;  /* the initial sequence number, if its SYN passed */
	uint32_t next;   /* what it sends next */
	uint32_t ack;    /* what it expects next, as it said last */
	uint16_t window; /* as it said last */
	bool has_timestamps;
	uint32_t ts_value, ts_echo; /* as it said last */
	bool has_acked;             /* an ACK of its numbers has arrived: */
	uint32_t acked;             /* of all before this */
};

struct flow {
	bool is_ipv6;
	uint16_t ports[SIDES];
	struct flow_half of[SIDES];
};

/* How many connections are remembered; of more, the oldest is forgotten. */
#define FLOWS 16

/* Zero-initialised: none. */
struct flows {
	struct flow list[FLOWS];
	unsigned count; /* all that there ever were */
};

/*
 * Notes what a side has sent: a packet that segment_parse() has decoded.
 * Returns whether it was a retransmission: it takes sequence numbers, none of
 * which is new.
 */
bool flows_note(struct flows *flows, enum side sender,
	const struct segment *segment, const uint8_t *packet, size_t len);

/* Notes that a segment has arrived at the other side. */
void flows_note_arrival(
	struct flows *flows, enum side sender, const struct segment *segment);

/* Whether the other side's segment acknowledges all of the sender's, or is a
 * RST, which answers anything. */
bool flow_is_answered_by(
	const struct segment *segment, const struct segment *other);

/* Whether an ACK of all of a side's segment has arrived there. */
bool flows_are_acked(const struct flows *flows, enum side sender,
	const struct segment *segment);

/* The connection that began last, or NULL. */
const struct flow *flows_newest(const struct flows *flows);

#endif
