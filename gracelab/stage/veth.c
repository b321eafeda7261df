/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "veth.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/ethtool.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "lib/base/duration.h"
#include "link.h"
#include "network.h"

enum {
	/* A frame of the ring holds the longest packet, and its headers. */
	FRAME_BYTES = 66048,
	FRAMES_PER_BLOCK = 15,
	BLOCK_BYTES = 1 << 20,
	BLOCKS = 5,
	FRAMES = FRAMES_PER_BLOCK * BLOCKS,
	HEADER_BYTES = (sizeof(struct tpacket2_hdr) + TPACKET_ALIGNMENT - 1) /
		TPACKET_ALIGNMENT * TPACKET_ALIGNMENT,
	/* For local experiments (IEEE 802): what was sent before it has been
	 * received once it is seen. */
	MARK_TYPE = ETH_P_802_EX1,
	GIVE_MS = 5000,
};

_Static_assert(FRAME_BYTES *FRAMES_PER_BLOCK <= BLOCK_BYTES, "ring");
_Static_assert(FRAME_BYTES % TPACKET_ALIGNMENT == 0, "ring");

static const uint8_t ADDRESS[ETH_ALEN] = { 2, 0, 0, 0, 0, 1 };
static const uint8_t PEER_ADDRESS[ETH_ALEN] = { 2, 0, 0, 0, 0, 2 };

struct veth {
	int seen;  /* all that passes the end with the address */
	int gives; /* sends from the other */
	uint8_t *ring;
	unsigned taken;   /* frames before this are the kernel's again */
	unsigned scanned; /* frames before this have been looked at for marks */
	bool held;        /* frame `taken` is still being read */
};

static struct tpacket2_hdr *frame_at(const struct veth *veth, unsigned number)
{
	unsigned i = number % FRAMES;

	return (void *)(veth->ring +
		(size_t)(i / FRAMES_PER_BLOCK) * BLOCK_BYTES +
		(size_t)(i % FRAMES_PER_BLOCK) * FRAME_BYTES);
}

static bool is_filled(const struct tpacket2_hdr *frame)
{
	return __atomic_load_n(&frame->tp_status, __ATOMIC_ACQUIRE) &
		TP_STATUS_USER;
}

static const struct sockaddr_ll *frame_address(const struct tpacket2_hdr *frame)
{
	return (const void *)((const uint8_t *)frame + HEADER_BYTES);
}

/* One segment a packet, each with its whole checksum. */
static int switch_offloads_off(int fd, const char *name)
{
	static const uint32_t commands[] = { ETHTOOL_STSO, ETHTOOL_SGSO,
		ETHTOOL_STXCSUM };
	struct ifreq request = { 0 };

	strncpy(request.ifr_name, name, IFNAMSIZ - 1);
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
		struct ethtool_value value = { .cmd = commands[i] };

		request.ifr_data = (void *)&value;
		if (ioctl(fd, SIOCETHTOOL, &request) < 0)
			return -1;
	}
	return 0;
}

static int bind_to(int fd, const char *name, uint16_t protocol)
{
	struct sockaddr_ll address = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(protocol),
		.sll_ifindex = (int)if_nametoindex(name),
	};

	return bind(fd, (const struct sockaddr *)(const void *)&address,
		sizeof(address));
}

static int open_ring(struct veth *veth)
{
	struct tpacket_req request = {
		.tp_block_size = BLOCK_BYTES,
		.tp_block_nr = BLOCKS,
		.tp_frame_size = FRAME_BYTES,
		.tp_frame_nr = FRAMES,
	};
	int version = TPACKET_V2;

	if (setsockopt(veth->seen, SOL_PACKET, PACKET_VERSION, &version,
		    sizeof(version)) < 0 ||
		setsockopt(veth->seen, SOL_PACKET, PACKET_RX_RING, &request,
			sizeof(request)) < 0)
		return -1;
	void *ring = mmap(NULL, (size_t)BLOCK_BYTES * BLOCKS,
		PROT_READ | PROT_WRITE, MAP_SHARED, veth->seen, 0);

	if (ring == MAP_FAILED)
		return -1;
	veth->ring = ring;
	return 0;
}

/* What the peer sends must not meet its queueing discipline, which drops all
 * until the kernel has noted, in a work queue, that the link is up. */
static int pass_by_queue(int fd)
{
	int yes = 1;

	return setsockopt(
		fd, SOL_PACKET, PACKET_QDISC_BYPASS, &yes, sizeof(yes));
}

/* Binds the thread to the processor that it runs on. */
static int stay_here(void)
{
	unsigned cpu;
	cpu_set_t set;

	if (getcpu(&cpu, NULL) < 0 || cpu >= CPU_SETSIZE)
		return -1;
	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	return sched_setaffinity(0, sizeof(set), &set);
}

static const char *start(struct veth *veth, const char *name)
{
	struct mnl_socket *nl = link_open();

	if (!nl)
		return "open rtnetlink";
	errno = link_make_pair(
		nl, name, ADDRESS, VETH_PEER, PEER_ADDRESS, LINK_PACKET_BYTES);
	bool failed = errno;

	mnl_socket_close(nl);
	if (failed)
		return "make a pair of veth";
	veth->seen = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	veth->gives = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (veth->seen < 0 || veth->gives < 0)
		return "packet socket";
	if (switch_offloads_off(veth->seen, name) < 0)
		return "switch offloads off";
	if (open_ring(veth) < 0)
		return "packet socket's ring";
	if (pass_by_queue(veth->gives) < 0)
		return "PACKET_QDISC_BYPASS";
	if (bind_to(veth->seen, name, ETH_P_ALL) < 0 ||
		bind_to(veth->gives, VETH_PEER, 0) < 0)
		return "bind the packet socket";
	if (stay_here() < 0)
		return "sched_setaffinity";
	return NULL;
}

struct veth *veth_open(const char *name, char *why, size_t why_size)
{
	struct veth *veth = malloc(sizeof(*veth));
	const char *step = "memory";

	errno = ENOMEM;
	if (veth) {
		*veth = (struct veth){ .seen = -1, .gives = -1 };
		step = start(veth, name);
	}
	if (!step)
		return veth;
	network_explain(why, why_size, step, errno);
	veth_close(veth);
	return NULL;
}

void veth_close(struct veth *veth)
{
	if (!veth)
		return;
	if (veth->ring)
		munmap(veth->ring, (size_t)BLOCK_BYTES * BLOCKS);
	if (veth->seen >= 0)
		close(veth->seen);
	if (veth->gives >= 0)
		close(veth->gives);
	free(veth);
}

int veth_descriptor(const struct veth *veth)
{
	return veth->seen;
}

/* Gives the frame that was taken last back to the kernel. */
static void let_go(struct veth *veth)
{
	__atomic_store_n(&frame_at(veth, veth->taken)->tp_status,
		TP_STATUS_KERNEL, __ATOMIC_RELEASE);
	veth->taken++;
	if (veth->scanned < veth->taken)
		veth->scanned = veth->taken;
	veth->held = false;
}

ssize_t veth_take(struct veth *veth, const uint8_t **packet)
{
	struct tpacket2_hdr *frame;

	if (veth->held)
		let_go(veth);
	while (is_filled(frame = frame_at(veth, veth->taken))) {
		if (frame->tp_status & TP_STATUS_LOSING) {
			errno = ENOBUFS;
			return -1;
		}
		veth->held = true;
		if (frame_address(frame)->sll_pkttype == PACKET_OUTGOING) {
			*packet = (const uint8_t *)frame + frame->tp_net;
			return (ssize_t)(frame->tp_snaplen - ETH_HLEN);
		}
		let_go(veth);
	}
	return 0;
}

/* Sends a frame to the end with the address. */
static int send_frame(
	struct veth *veth, uint16_t type, const uint8_t *bytes, size_t len)
{
	struct ethhdr header = { .h_proto = htons(type) };
	struct iovec parts[] = {
		{ &header, sizeof(header) },
		/* iovec knows no const.
		   NOLINTNEXTLINE(performance-no-int-to-ptr) */
		{ (void *)(uintptr_t)bytes, len },
	};
	ssize_t n;

	memcpy(header.h_dest, ADDRESS, ETH_ALEN);
	memcpy(header.h_source, PEER_ADDRESS, ETH_ALEN);
	do
		n = writev(veth->gives, parts, len ? 2 : 1);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -1 : 0;
}

/* Whether the mark is among the frames that have come. */
static bool find_mark(struct veth *veth)
{
	const struct tpacket2_hdr *frame;

	while (veth->scanned - veth->taken < FRAMES &&
		is_filled(frame = frame_at(veth, veth->scanned))) {
		const struct sockaddr_ll *from = frame_address(frame);

		veth->scanned++;
		if (from->sll_pkttype != PACKET_OUTGOING &&
			from->sll_protocol == htons(MARK_TYPE))
			return true;
	}
	return false;
}

int veth_give(struct veth *veth, const uint8_t *packet, size_t len)
{
	uint16_t type = packet[0] >> 4 == 6 ? ETH_P_IPV6 : ETH_P_IP;

	/* One processor receives frames in order, so that the mark is seen
	 * only after the kernel has done with the packet. */
	if (send_frame(veth, type, packet, len) < 0 ||
		send_frame(veth, MARK_TYPE, NULL, 0) < 0)
		return -1;
	int64_t deadline_ms = duration_deadline_ms(GIVE_MS);

	while (!find_mark(veth)) {
		if (duration_now_ms() >= deadline_ms) {
			errno = ENOBUFS;
			return -1;
		}
		sched_yield();
	}
	return 0;
}
