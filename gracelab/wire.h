/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The wire: every TCP segment that passes the loopback, once each. */
#ifndef GRACELAB_WIRE_H
#define GRACELAB_WIRE_H

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
	uint64_t time_ns; /* since the epoch; 0 from wire_parse() */
	uint32_t seq;
	uint32_t ack;
	uint32_t payload_bytes; /* as sent, however little was captured */
	uint16_t sport;
	uint16_t dport;
	uint8_t flags; /* enum segment_flag, or-ed */
	bool is_ipv6;
};

struct wire;

/*
 * Decodes a packet that begins with its IPv4 or IPv6 header; len is what is
 * there of it, which may be less than was sent, but must reach to the end of
 * TCP's fixed header. Pure; reads nothing beyond len.
 * Returns true with *segment written, or false, *segment untouched, for
 * anything that is not one whole TCP segment: other protocols, fragments,
 * headers that are cut off or contradict each other.
 */
bool wire_parse(const uint8_t *packet, size_t len, struct segment *segment);

/* True if the segment carries no data and only acknowledges. */
bool wire_is_pure_ack(const struct segment *segment);

/*
 * Begins to capture what passes `lo` in the calling process' network, from
 * now on: TCP from or to port, or all of TCP if port is 0. With savefile
 * not NULL, whole packets are also written to that file as pcap(5), with
 * nanoseconds; without, only headers are captured.
 * Needs CAP_NET_RAW over that network (packet(7)).
 * Returns a capture that the caller ends with wire_close(), or NULL with the
 * reason, terminated, in why (why_size bytes).
 */
struct wire *wire_open(
	uint16_t port, const char *savefile, char *why, size_t why_size);

/*
 * Hands every segment captured so far to on_segment, in the order in which
 * they arrived, and returns without waiting.
 *
 * There is no lag: packet(7) puts a segment into the ring, readable at once,
 * before TCP receives it. So whatever a socket's state, queue or recv(2) shows
 * to have arrived is among the segments drained afterwards.
 *
 * Returns the number of segments, or -1 if any was lost (the kernel dropped
 * some for lack of room since wire_open()), could not be decoded, or could
 * not be read or saved; wire_error() says which. The segments that were had
 * have been handed over also then.
 */
int wire_drain(struct wire *wire,
	void (*on_segment)(void *context, const struct segment *segment),
	void *context);

/* Why the last wire_drain() returned -1; terminated, owned by the capture. */
const char *wire_error(const struct wire *wire);

/*
 * Ends the capture; NULL is allowed. The savefile is flushed and closed first.
 * Closing waits for the kernel (an RCU grace period, milliseconds to tens of
 * them), as does the exit of the last process that holds the descriptor: hand
 * the results over before, so that nobody waits for it.
 * Returns 0, or -1 with errno set if the savefile could not be written.
 */
int wire_close(struct wire *wire);

#endif
