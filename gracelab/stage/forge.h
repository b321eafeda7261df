/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Segments that nobody sent. Pure. */
#ifndef GRACELAB_FORGE_H
#define GRACELAB_FORGE_H

#include "flow.h"

/* What to forge; numbers are modulo 2^32: zero-initialised but for sender and
 * segment, it is what that side would send next. */
struct forged {
	enum side sender;
	struct segment segment; /* flags and payload_bytes: segment_named() */
	uint32_t seq;           /* beside the number it would send next */
	bool has_ack;           /* and so an ACK, also a RST */
	uint32_t ack;           /* beside the number it would acknowledge */
	bool has_window;        /* else what it said last */
	uint16_t window;        /* as it stands in the header, not scaled */
};

/* Room for forge_build(): the headers and as much data. */
#define FORGE_HEADERS_BYTES 80

/*
 * Writes the whole packet, with right checksums, to `packet`, which has room
 * for FORGE_HEADERS_BYTES and the data. Data is `x`. Returns its length; 0
 * where that is more than an IP packet can hold.
 */
size_t forge_build(
	const struct forged *forged, const struct flow *flow, uint8_t *packet);

#endif
