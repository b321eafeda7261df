/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A TCP segment as its header has it. Pure. */
#ifndef GRACELAB_SEGMENT_H
#define GRACELAB_SEGMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The control bits of a segment, as they stand in its header (RFC 9293,
 * section 3.1). */
enum segment_flag {
	SEGMENT_FIN = 0x01,
	SEGMENT_SYN = 0x02,
	SEGMENT_RST = 0x04,
	SEGMENT_PSH = 0x08,
	SEGMENT_ACK = 0x10,
};

/* One segment, in host byte order. */
struct segment {
	uint64_t time_ns; /* since the epoch; 0 from segment_parse() */
	uint32_t seq;
	uint32_t ack;
	uint32_t payload_bytes; /* as sent, however little was captured */
	uint16_t sport;
	uint16_t dport;
	uint8_t flags; /* enum segment_flag, or-ed */
	bool is_ipv6;
};

/*
 * Decodes a packet that begins with its IPv4 or IPv6 header; len is what is
 * there of it, which may be less than was sent, but must reach to the end of
 * TCP's fixed header. Pure; reads nothing beyond len.
 * Returns true with *segment written, or false, *segment untouched, for
 * anything that is not one whole TCP segment: other protocols, fragments,
 * headers that are cut off or contradict each other.
 */
bool segment_parse(const uint8_t *packet, size_t len, struct segment *segment);

/* True if the segment carries no data and only acknowledges. */
bool segment_is_pure_ack(const struct segment *segment);

#endif
