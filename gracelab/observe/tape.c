/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tape.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "lib/text/utf8.h"
#include "libpcap.h"
#include "ring.h"

enum {
	PACKET_BYTES = 65536,
	ROOM_BYTES = 64 << 20,
	/* So long the kernel keeps what does not fill a block. */
	BLOCK_MS = 10,
	FINISH_LOOKS = 100,
	/* LINKTYPE_LINUX_SLL2 */
	SLL2_BYTES = 20,
	SLL2_INDEX_AT = 4,
	SLL2_TYPE_AT = 10,
};

struct tape {
	pcap_t *pcap;
	pcap_dumper_t *dumper;
	unsigned loopback; /* of any interface: the index of lo; or 0 */
	unsigned seen;
};

/* To be read from after each block, by who does not wait for it. */
static bool activate(struct tape *tape, bool any)
{
	pcap_set_snaplen(tape->pcap, PACKET_BYTES + SLL2_BYTES);
	pcap_set_tstamp_precision(tape->pcap, PCAP_TSTAMP_PRECISION_NANO);
	pcap_set_buffer_size(tape->pcap, ROOM_BYTES);
	pcap_set_timeout(tape->pcap, BLOCK_MS);
	if (pcap_activate(tape->pcap) < 0)
		return false;
	/* All that the loopback takes it gives too, and only that is wanted. */
	if (!any)
		ring_ignore_outgoing(pcap_fileno(tape->pcap));
	return !any || !pcap_set_datalink(tape->pcap, DLT_LINUX_SLL2);
}

static bool begin(struct tape *tape, bool any, const char *path)
{
	char error[PCAP_ERRBUF_SIZE];

	if (!activate(tape, any) || pcap_setnonblock(tape->pcap, 1, error) ||
		libpcap_choose(tape->pcap, 0))
		return false;
	tape->loopback = any ? if_nametoindex("lo") : 0;
	tape->dumper = libpcap_save(tape->pcap, path);
	return tape->dumper &&
		fcntl(pcap_fileno(tape->pcap), F_SETFD, FD_CLOEXEC) >= 0;
}

struct tape *tape_open(bool any, const char *path, char *why, size_t why_size)
{
	struct tape *tape = calloc(1, sizeof(*tape));
	const char *device = any ? "any" : "lo";
	char error[PCAP_ERRBUF_SIZE] = "no memory";

	if (tape)
		tape->pcap = pcap_create(device, error);
	if (tape && tape->pcap && begin(tape, any, path))
		return tape;
	utf8_print(why, why_size, "cannot capture on %s: %s", device,
		tape && tape->pcap ? pcap_geterr(tape->pcap) : error);
	tape_close(tape);
	return NULL;
}

static void on_packet(
	u_char *user, const struct pcap_pkthdr *header, const u_char *bytes)
{
	struct tape *tape = (struct tape *)(void *)user;
	uint32_t interface = 0;

	tape->seen++;
	if (tape->loopback && header->caplen > SLL2_BYTES) {
		memcpy(&interface, bytes + SLL2_INDEX_AT, sizeof(interface));
		/* It comes in by that too. */
		if (ntohl(interface) == tape->loopback &&
			bytes[SLL2_TYPE_AT] == PACKET_OUTGOING)
			return;
	}
	pcap_dump((u_char *)tape->dumper, header, bytes);
}

void tape_drain(struct tape *tape)
{
	while (pcap_dispatch(tape->pcap, -1, on_packet, (u_char *)tape) > 0)
		;
}

unsigned tape_finish(struct tape *tape)
{
	struct pollfd polled = { .fd = pcap_get_selectable_fd(tape->pcap),
		.events = POLLIN };
	struct pcap_stat stat = { 0 };

	for (int looks = 0; looks < FINISH_LOOKS; looks++) {
		tape_drain(tape);
		if (pcap_stats(tape->pcap, &stat) ||
			tape->seen + stat.ps_drop >= stat.ps_recv)
			break;
		poll(&polled, 1, BLOCK_MS);
	}
	return stat.ps_recv > tape->seen ? stat.ps_recv - tape->seen : 0;
}

int tape_close(struct tape *tape)
{
	int result;

	if (!tape)
		return 0;
	result = libpcap_close(tape->pcap, tape->dumper);
	free(tape);
	return result;
}
