/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A TCP segment as its header has it. Pure. */
#ifndef GRACE_SEGMENT_H
#define GRACE_SEGMENT_H

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
	uint16_t window; /* as it stands there, not scaled */
	uint8_t flags;   /* enum segment_flag, or-ed */
	bool is_ipv6;
};

/* What became of a segment on the wire. */
enum wire_fate {
	WIRE_AT_ONCE, /* it was sent, and arrived with that */
	WIRE_SENT,    /* it was sent, and waits */
	WIRE_ARRIVED, /* one that waited, or its copy, arrived */
	WIRE_LOST,    /* one that waited, or had just been sent, was lost */
	WIRE_FORGED,  /* nobody sent it, and it arrived */
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

/*
 * Reads the timestamps option (RFC 7323, section 3.2) of a packet that
 * segment_parse() has decoded, and of which the whole TCP header is there.
 * False if there is none.
 */
bool segment_timestamps(
	const uint8_t *packet, size_t len, uint32_t *value, uint32_t *echo);

/* How many sequence numbers it takes: its data, and one each for SYN and FIN
 * (RFC 9293, section 3.4). */
uint32_t segment_length(const struct segment *segment);

/* The segment's name, "data 5+FIN", terminated: room for SEGMENT_TEXT_SIZE. */
#define SEGMENT_TEXT_SIZE 32
void segment_text(const struct segment *segment, char *out);

/*
 * Sets the flags and the length of the data of a segment by its name: FIN,
 * SYN, SYN+ACK, RST, ACK, data N or data N+FIN; ACK is set but for SYN and RST.
 * False, *segment untouched, for any other text.
 */
bool segment_named(const char *name, struct segment *segment);

/* True if the segment carries no data and only acknowledges. */
bool segment_is_pure_ack(const struct segment *segment);

#endif
