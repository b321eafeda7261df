/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The segments that wait on the wire, in order of departure. */
#ifndef GRACELAB_WAITING_H
#define GRACELAB_WAITING_H

#include <stddef.h>

#include "lib/base/side.h"
#include "lib/net/segment.h"

/* A segment that waits; read only. */
struct wire_segment {
	struct wire_segment *next; /* sent later, by whichever side */
	enum side sender;
	struct segment segment;
	/* Counted from 1 over those that were told as WIRE_SENT; 0: it was not
	 * told yet, see wire_reveal(). */
	unsigned id;
	/* It was lost before, or a copy of it arrived: a timer sent it. */
	bool again;
	bool copy; /* one of these has arrived already */
};

/* The same with its bytes, which its user ends with free(3). */
struct waiting_packet {
	struct wire_segment shown; /* stays the first member */
	size_t len;
	uint8_t bytes[];
};

/* A packet that is being looked at. */
struct packet {
	enum side sender;
	struct segment segment;
	const uint8_t *bytes; /* `len` long, borrowed */
	size_t len;
};

struct waiting {
	struct wire_segment *first, **end; /* owned */
};

/* None wait; to be called first, and again to free all that do. */
void waiting_begin(struct waiting *waiting);
void waiting_end(struct waiting *waiting);

/* The segment with its bytes. */
struct waiting_packet *waiting_packet_of(const struct wire_segment *segment);

/* A copy of a packet, for waiting_append() or free(3); NULL without memory. */
struct waiting_packet *waiting_new(const struct packet *packet, bool again);

/* Has it wait as the last. */
void waiting_append(struct waiting *waiting, struct waiting_packet *packet);

/* Takes one out, which is the caller's then. */
struct waiting_packet *waiting_take_out(
	struct waiting *waiting, const struct wire_segment *segment);

/*
 * Whether all that a retransmission holds still waits. What waits is as good as
 * that; with the retransmission's newer timestamp in its place, segments behind
 * it would be too old (RFC 7323, section 5.3).
 */
bool waiting_holds(const struct waiting *waiting, const struct packet *packet);

/* Whether an ACK of all of it waits, or a RST, from the other side. */
bool waiting_acks(const struct waiting *waiting, const struct packet *packet);

#endif
