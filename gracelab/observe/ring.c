/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ring.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <pcap/pcap.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/base/duration.h"

#ifndef PACKET_IGNORE_OUTGOING
#define PACKET_IGNORE_OUTGOING 23
#endif

enum {
	BLOCK_BYTES = 1 << 16,
	FRAME_BYTES = 192,
	FRAMES_PER_BLOCK = BLOCK_BYTES / FRAME_BYTES,
	/* What the kernel says of a packet, and whom it is from, packet(7). */
	ADDRESS_AT = 32,
	PACKET_AT = 80,
	/* The longest IPv4 header, or an IPv6 one and others behind it, and
	 * TCP's without options. */
	SNAP_BYTES = FRAME_BYTES - PACKET_AT,
	NS_PER_S = 1000000000,
	/* Frames that are written at a time, by as many processors; and for how
	 * long one is waited for at most, if its processor is another's. */
	AT_ONCE = 4,
	WRITTEN_NS = 10000000,
};

_Static_assert(sizeof(struct tpacket2_hdr) <= ADDRESS_AT &&
		ADDRESS_AT + sizeof(struct sockaddr_ll) <= PACKET_AT,
	"a frame's parts");

struct ring {
	int fd;
	uint8_t *memory; /* mapped */
	size_t bytes;
	size_t block;   /* of the next frame, where it begins */
	unsigned frame; /* in that */
	unsigned loopback;
	unsigned dropped;
};

/* Pure ACKs, of which there are as many as of all others in bulk, and nobody
 * asks for them: no flag but ACK, and the packet as long as its headers.
 * Between IPv6's and TCP's may be options or a route. */
#define WANTED                                                             \
	"(ip and tcp and (tcp[tcpflags] & (tcp-syn|tcp-fin|tcp-rst) != 0 " \
	"or ip[2:2] != ((ip[0] & 0xf) << 2) + ((tcp[12] & 0xf0) >> 2))) "  \
	"or (ip6 and ((tcp and (ip6[6] != 6 or ip6[53] & 7 != 0 "          \
	"or ip6[4:2] != (ip6[52] & 0xf0) >> 2)) "                          \
	"or ((ip6[6] = 0 or ip6[6] = 43 or ip6[6] = 60) and ip6[40] = 6)))"

/* Data alone, and not where a thinned stream is to be seen; the ports, twice.
 */
#define THINNED                                                              \
	" and not (ip and tcp[0:2] = %u and tcp[2:2] = %u "                  \
	"and tcp[tcpflags] & (tcp-syn|tcp-fin|tcp-rst) = 0 "                 \
	"and tcp[4:4] & 0xf0000 != 0) "                                      \
	"and not (ip6 and ip6[6] = 6 and ip6[40:2] = %u and ip6[42:2] = %u " \
	"and ip6[53] & 7 = 0 and ip6[44:4] & 0xf0000 != 0)"

/* For free(3); or NULL. */
static char *compose(const struct ring_stream *streams, size_t count)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	fputs("(" WANTED ")", out);
	for (size_t i = 0; i < count; i++) {
		unsigned from = streams[i].from, to = streams[i].to;

		fprintf(out, THINNED, from, to, from, to);
	}
	if (!fclose(out))
		return text;
	free(text);
	return NULL;
}

/* Of packets that begin with their IP header. */
static bool attach_filter(int fd, const char *wanted)
{
	pcap_t *pcap = pcap_open_dead(DLT_RAW, SNAP_BYTES);
	struct bpf_program program;
	struct sock_fprog filter;
	bool good = false;

	if (!pcap)
		return false;
	errno = ENOMEM;
	if (!pcap_compile(pcap, &program, wanted, 1, PCAP_NETMASK_UNKNOWN)) {
		/* Both have the kernel's layout. */
		filter.len = (unsigned short)program.bf_len;
		filter.filter = (struct sock_filter *)(void *)program.bf_insns;
		good = !setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter,
			sizeof(filter));
		pcap_freecode(&program);
	}
	pcap_close(pcap);
	return good;
}

static bool map(struct ring *ring)
{
	const struct tpacket_req room = {
		.tp_block_size = BLOCK_BYTES,
		.tp_block_nr = (unsigned)(ring->bytes / BLOCK_BYTES),
		.tp_frame_size = FRAME_BYTES,
		.tp_frame_nr = (unsigned)(ring->bytes / BLOCK_BYTES) *
			FRAMES_PER_BLOCK,
	};
	const int version = TPACKET_V2;
	void *memory;

	if (setsockopt(ring->fd, SOL_PACKET, PACKET_VERSION, &version,
		    sizeof(version)) ||
		setsockopt(ring->fd, SOL_PACKET, PACKET_RX_RING, &room,
			sizeof(room)))
		return false;
	memory = mmap(NULL, ring->bytes, PROT_READ | PROT_WRITE, MAP_SHARED,
		ring->fd, 0);
	ring->memory = memory == MAP_FAILED ? NULL : memory;
	return ring->memory;
}

bool ring_thin(
	struct ring *ring, const struct ring_stream *streams, size_t count)
{
	char *wanted = compose(streams, count);
	bool good = wanted && attach_filter(ring->fd, wanted);

	free(wanted);
	return good;
}

void ring_ignore_outgoing(int fd)
{
	static const int on = 1;

	setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof(on));
}

/* Before it is bound nothing comes, so that the filter has seen all. */
static bool begin(struct ring *ring, unsigned interface)
{
	const struct sockaddr_ll address = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = (int)interface,
	};

	/* Where there is no such option, is_wanted() leaves those out. */
	if (interface && interface == ring->loopback)
		ring_ignore_outgoing(ring->fd);
	return ring_thin(ring, NULL, 0) && map(ring) &&
		!bind(ring->fd, (const struct sockaddr *)&address,
			sizeof(address));
}

struct ring *ring_open(unsigned interface, unsigned loopback, size_t bytes)
{
	struct ring *ring = calloc(1, sizeof(*ring));

	if (!ring)
		return NULL;
	ring->bytes = bytes;
	ring->loopback = loopback;
	ring->fd =
		socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (ring->fd >= 0 && begin(ring, interface))
		return ring;
	int error = errno;

	ring_close(ring);
	errno = error;
	return NULL;
}

/* The frame so many behind the next. */
static struct tpacket2_hdr *frame_of(const struct ring *ring, unsigned behind)
{
	unsigned frame = ring->frame + behind;
	size_t block = ring->block;

	if (frame >= FRAMES_PER_BLOCK) {
		frame -= FRAMES_PER_BLOCK;
		block = (block + BLOCK_BYTES) % ring->bytes;
	}
	return (struct tpacket2_hdr *)(void *)(ring->memory + block +
		(size_t)frame * FRAME_BYTES);
}

static bool is_written(const struct ring *ring, unsigned behind)
{
	return __atomic_load_n(
		       &frame_of(ring, behind)->tp_status, __ATOMIC_ACQUIRE) &
		TP_STATUS_USER;
}

/* The kernel gives out frames in turn, and one processor may have written its
 * while another, which got the one before, is at it yet. */
static bool await_next(const struct ring *ring)
{
	uint64_t until_ns = 0;

	while (!is_written(ring, 0)) {
		unsigned behind = 1;

		while (behind < AT_ONCE && !is_written(ring, behind))
			behind++;
		if (behind == AT_ONCE)
			return false;
		if (!until_ns)
			until_ns = duration_wall_ns() + WRITTEN_NS;
		if (duration_wall_ns() > until_ns)
			return false;
		sched_yield();
	}
	return true;
}

static bool is_wanted(const struct ring *ring, const struct sockaddr_ll *from)
{
	return (from->sll_protocol == htons(ETH_P_IP) ||
		       from->sll_protocol == htons(ETH_P_IPV6)) &&
		!(from->sll_pkttype == PACKET_OUTGOING &&
			from->sll_ifindex == (int)ring->loopback);
}

bool ring_first(struct ring *ring, struct ring_packet *packet)
{
	for (;;) {
		const struct tpacket2_hdr *head = frame_of(ring, 0);
		const uint8_t *frame = (const void *)head;
		struct sockaddr_ll from;

		if (!await_next(ring))
			return false;
		memcpy(&from, frame + ADDRESS_AT, sizeof(from));
		if (is_wanted(ring, &from)) {
			packet->interface = (unsigned)from.sll_ifindex;
			packet->time_ns = (uint64_t)head->tp_sec * NS_PER_S +
				head->tp_nsec;
			packet->bytes = frame + head->tp_net;
			packet->len = head->tp_snaplen;
			return true;
		}
		ring_take(ring);
	}
}

void ring_take(struct ring *ring)
{
	__atomic_store_n(&frame_of(ring, 0)->tp_status, TP_STATUS_KERNEL,
		__ATOMIC_RELEASE);
	if (++ring->frame < FRAMES_PER_BLOCK)
		return;
	ring->frame = 0;
	ring->block += BLOCK_BYTES;
	if (ring->block == ring->bytes)
		ring->block = 0;
}

unsigned ring_dropped(struct ring *ring)
{
	struct tpacket_stats since;
	socklen_t size = sizeof(since);

	/* They are told once. */
	if (!getsockopt(ring->fd, SOL_PACKET, PACKET_STATISTICS, &since, &size))
		ring->dropped += since.tp_drops;
	return ring->dropped;
}

bool ring_is_bound(const struct ring *ring)
{
	struct sockaddr_ll address = { .sll_ifindex = 0 };
	socklen_t size = sizeof(address);

	return getsockname(ring->fd, (struct sockaddr *)&address, &size) ||
		address.sll_ifindex >= 0;
}

void ring_calm(struct ring *ring)
{
	int error;
	socklen_t size = sizeof(error);

	/* ENETDOWN is told once. */
	getsockopt(ring->fd, SOL_SOCKET, SO_ERROR, &error, &size);
}

int ring_fd(const struct ring *ring)
{
	return ring->fd;
}

void ring_close(struct ring *ring)
{
	if (!ring)
		return;
	if (ring->memory)
		munmap(ring->memory, ring->bytes);
	if (ring->fd >= 0)
		close(ring->fd);
	free(ring);
}
