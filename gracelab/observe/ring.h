/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What passes one interface, as the kernel writes it into memory that is ours
 * too, packet(7): TCP's headers, but for pure ACKs. To look for more takes no
 * call.
 */
#ifndef GRACELAB_RING_H
#define GRACELAB_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ring;

/* A packet from its IP header on: as much as stands in the ring. */
struct ring_packet {
	uint64_t time_ns; /* since the epoch */
	unsigned interface;
	const uint8_t *bytes;
	size_t len;
};

/*
 * Begins with that interface, 0: all, with room for `bytes` (a multiple of
 * 64 KiB). What leaves by the interface `loopback` is left out, since it comes
 * in by it too. Needs CAP_NET_RAW. NULL with errno.
 */
struct ring *ring_open(unsigned interface, unsigned loopback, size_t bytes);

/* A stream: data from one port to another. */
struct ring_stream {
	uint16_t from, to;
};

/* Of a stream that is thinned, a segment comes that begins in the first 64 KiB
 * of each MiB of sequence numbers; and whatever tells of more than data.
 *
 * From now on those streams are thinned, and no others. False with errno: those
 * of before still are. */
bool ring_thin(
	struct ring *ring, const struct ring_stream *streams, size_t count);

/* The first packet that was not taken, valid until it is; false: none. */
bool ring_first(struct ring *ring, struct ring_packet *packet);

/* Takes the first: its room is the kernel's again. */
void ring_take(struct ring *ring);

/* How many the kernel has dropped for lack of room, so far. */
unsigned ring_dropped(struct ring *ring);

/* Whether its interface can still give packets, though it may be down: not once
 * it was deleted or has left our network. */
bool ring_is_bound(const struct ring *ring);

/* Readable while there is a packet; where its interface is down or has gone
 * down, also until ring_calm(). */
int ring_fd(const struct ring *ring);
void ring_calm(struct ring *ring);

/* NULL is allowed. */
void ring_close(struct ring *ring);

/*
 * Has a packet socket give what an interface takes, and not what it gives: of
 * the loopback both are the same. No kernel before 4.20 knows that.
 */
void ring_ignore_outgoing(int fd);

#endif
