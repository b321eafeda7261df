/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "capture.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/names.h"
#include "lib/text/utf8.h"
#include "libpcap.h"
#include "ring.h"
#include "rings.h"
#include "tape.h"

enum {
	ETHERNET_BYTES = 14,
	/* Ethernet, the longest IPv4 or a plain IPv6 header, and TCP's. */
	HEADERS_SNAP_BYTES = 192,
	/* As long as a packet can be; the ring's frames are of this size. */
	WHOLE_SNAP_BYTES = 65536 + ETHERNET_BYTES,
	HEADERS_RING_BYTES = 1 << 20,
	ROOMY_RING_BYTES = 16 << 20,
	WHOLE_RING_BYTES = 16 << 20,
	/* Every ring has more room than that. */
	FULL_AT_LEAST = 64,
};

struct capture {
	struct rings *rings; /* or NULL */
	struct tape *tape;   /* beside these, or NULL */
	pcap_t *pcap;
	pcap_dumper_t *dumper; /* NULL: no savefile */
	void (*on_segment)(void *context, const struct segment *segment);
	void *context;
	int ring_bytes;
	bool may_lack; /* it may have been full */
	unsigned undecoded;
	char error[PCAP_ERRBUF_SIZE];
};

/* Brings the capture to life; false with the reason in capture->error. */
static bool start(struct capture *capture, uint16_t port, const char *savefile)
{
	char *error = capture->error;
	pcap_t *pcap = capture->pcap = pcap_create("lo", error);
	int status;

	if (!pcap)
		return false;
	/* Immediate mode makes libpcap use TPACKET_V2: a packet can be read
	 * once it is in the ring, not only when a block is full or old. */
	pcap_set_immediate_mode(pcap, 1);
	pcap_set_tstamp_precision(pcap, PCAP_TSTAMP_PRECISION_NANO);
	pcap_set_snaplen(
		pcap, savefile ? WHOLE_SNAP_BYTES : HEADERS_SNAP_BYTES);
	pcap_set_buffer_size(pcap, capture->ring_bytes);
	status = pcap_activate(pcap);
	if (status < 0) {
		const char *more = pcap_geterr(pcap);

		snprintf(error, sizeof(capture->error), "%s",
			*more ? more : pcap_statustostr(status));
		return false;
	}
	if (pcap_datalink(pcap) != DLT_EN10MB) {
		snprintf(error, sizeof(capture->error), "lo has link type %d",
			pcap_datalink(pcap));
		return false;
	}
	/* All that the loopback takes it gives too, and only that is wanted: a
	 * kernel that knows this spares itself the copies. */
	ring_ignore_outgoing(pcap_fileno(pcap));
	if (pcap_setnonblock(pcap, 1, error) < 0)
		return false;
	if (libpcap_choose(pcap, port) < 0 ||
		(savefile &&
			!(capture->dumper = libpcap_save(pcap, savefile)))) {
		snprintf(
			error, sizeof(capture->error), "%s", pcap_geterr(pcap));
		return false;
	}
	/* The lab's actors are started by exec: theirs is no capture. */
	if (fcntl(pcap_fileno(pcap), F_SETFD, FD_CLOEXEC) < 0) {
		snprintf(error, sizeof(capture->error), "close-on-exec: %s",
			strerror(errno));
		return false;
	}
	return true;
}

static struct capture *open_lo(uint16_t port, const char *savefile,
	const struct capture *how, char *why, size_t why_size)
{
	struct capture *capture = malloc(sizeof(*capture));

	if (!capture) {
		snprintf(why, why_size, "cannot capture: out of memory");
		return NULL;
	}
	*capture = *how;
	if (!start(capture, port, savefile)) {
		utf8_print(why, why_size, "cannot capture on lo: %s",
			capture->error);
		capture_close(capture);
		return NULL;
	}
	return capture;
}

struct capture *capture_open(
	uint16_t port, const char *savefile, char *why, size_t why_size)
{
	const struct capture how = {
		.ring_bytes = savefile ? WHOLE_RING_BYTES : HEADERS_RING_BYTES
	};

	return open_lo(port, savefile, &how, why, why_size);
}

struct capture *capture_open_roomy(uint16_t port, char *why, size_t why_size)
{
	const struct capture how = { .ring_bytes = ROOMY_RING_BYTES };

	return open_lo(port, NULL, &how, why, why_size);
}

struct capture *capture_open_sparing(
	bool any, const char *savefile, char *why, size_t why_size)
{
	char error[NAMES_DESCRIPTION_SIZE];
	struct capture *capture = calloc(1, sizeof(*capture));

	if (!capture || !(capture->rings = rings_open(any)))
		utf8_print(why, why_size, "cannot capture on %s: %s",
			any ? "any" : "lo", names_describe(error, errno));
	else if (!savefile ||
		(capture->tape = tape_open(any, savefile, why, why_size)))
		return capture;
	capture_close(capture);
	return NULL;
}

static void give(struct capture *capture, const struct ring_packet *packet)
{
	struct segment segment;

	if (!segment_parse(packet->bytes, packet->len, &segment)) {
		capture->undecoded++;
		return;
	}
	segment.time_ns = packet->time_ns;
	capture->on_segment(capture->context, &segment);
}

static void on_packet(
	u_char *user, const struct pcap_pkthdr *header, const u_char *bytes)
{
	struct capture *capture = (struct capture *)(void *)user;
	struct ring_packet packet = {
		/* With nanosecond precision tv_usec holds nanoseconds. */
		.time_ns = (uint64_t)header->ts.tv_sec * 1000000000U +
			(uint64_t)header->ts.tv_usec,
		.bytes = bytes + ETHERNET_BYTES,
		.len = header->caplen > ETHERNET_BYTES
			? header->caplen - ETHERNET_BYTES
			: 0,
	};

	if (capture->dumper)
		pcap_dump((u_char *)capture->dumper, header, bytes);
	give(capture, &packet);
}

/* Looks for what was lost; false with the reason in capture->error. */
static bool is_complete(struct capture *capture)
{
	char why[NAMES_DESCRIPTION_SIZE];
	struct pcap_stat stat = { 0 };

	/* The kernel drops what finds the ring full, which then is drained. */
	if (capture->may_lack && capture->rings)
		stat.ps_drop = rings_dropped(capture->rings);
	if (capture->may_lack && !capture->rings &&
		pcap_stats(capture->pcap, &stat) < 0)
		snprintf(capture->error, sizeof(capture->error), "%s",
			pcap_geterr(capture->pcap));
	else if (stat.ps_drop > 0)
		snprintf(capture->error, sizeof(capture->error),
			"the kernel dropped %u packets", stat.ps_drop);
	else if (capture->undecoded > 0)
		snprintf(capture->error, sizeof(capture->error),
			"%u packets are no TCP segments", capture->undecoded);
	else if (capture->dumper && pcap_dump_flush(capture->dumper) < 0)
		snprintf(capture->error, sizeof(capture->error),
			"cannot write the capture: %s",
			names_describe(why, errno));
	else
		return !capture->rings ||
			rings_are_all(capture->rings, capture->error,
				sizeof(capture->error));
	return false;
}

static int drain_rings(struct capture *capture)
{
	struct ring_packet packet;
	int total = 0;

	if (capture->tape)
		tape_drain(capture->tape);
	for (; rings_first(capture->rings, &packet); total++) {
		give(capture, &packet);
		rings_take(capture->rings);
	}
	return total;
}

static int drain_pcap(struct capture *capture)
{
	int total = 0, n;

	do {
		n = pcap_dispatch(
			capture->pcap, -1, on_packet, (u_char *)capture);
		if (n > 0)
			total += n;
	} while (n > 0);
	if (n < 0) {
		snprintf(capture->error, sizeof(capture->error), "%s",
			pcap_geterr(capture->pcap));
		return -1;
	}
	return total;
}

int capture_drain(struct capture *capture,
	void (*on_segment)(void *context, const struct segment *segment),
	void *context)
{
	capture->on_segment = on_segment;
	capture->context = context;
	int total = capture->rings ? drain_rings(capture) : drain_pcap(capture);

	if (total < 0)
		return -1;
	if (total >= FULL_AT_LEAST)
		capture->may_lack = true;
	return is_complete(capture) ? total : -1;
}

bool capture_thin(
	struct capture *capture, uint16_t from, uint16_t to, bool thin)
{
	const struct ring_stream stream = { from, to };

	return capture->rings && rings_thin(capture->rings, stream, thin);
}

unsigned capture_dropped(const struct capture *capture)
{
	struct pcap_stat stat;

	if (capture->rings)
		return rings_dropped(capture->rings);
	return pcap_stats(capture->pcap, &stat) < 0 ? 0 : stat.ps_drop;
}

int capture_fd(const struct capture *capture)
{
	return capture->rings ? rings_fd(capture->rings)
			      : pcap_get_selectable_fd(capture->pcap);
}

const char *capture_error(const struct capture *capture)
{
	return capture->error;
}

unsigned capture_unsaved(struct capture *capture)
{
	return capture && capture->tape ? tape_finish(capture->tape) : 0;
}

int capture_close(struct capture *capture)
{
	int error = 0;

	if (!capture)
		return 0;
	if (tape_close(capture->tape))
		error = errno;
	if (libpcap_close(capture->pcap, capture->dumper))
		error = errno;
	rings_close(capture->rings);
	free(capture);
	errno = error;
	return error ? -1 : 0;
}
