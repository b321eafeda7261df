/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The wire: every TCP segment that passes the loopback, once each. */
#include "wire.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	ETHERNET_BYTES = 14,
	IPV4_LEAST_BYTES = 20,
	IPV6_BYTES = 40,
	TCP_LEAST_BYTES = 20,
	/* Ethernet, the longest IPv4 or a plain IPv6 header, and TCP's. */
	HEADERS_SNAP_BYTES = 192,
	/* As long as a packet can be; the ring's frames are of this size. */
	WHOLE_SNAP_BYTES = 65536 + ETHERNET_BYTES,
	HEADERS_RING_BYTES = 1 << 20,
	WHOLE_RING_BYTES = 16 << 20,
};

struct wire {
	pcap_t *pcap;
	pcap_dumper_t *dumper; /* NULL: no savefile */
	void (*on_segment)(void *context, const struct segment *segment);
	void *context;
	unsigned undecoded;
	char error[PCAP_ERRBUF_SIZE];
};

static uint16_t get16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static uint32_t get32(const uint8_t *p)
{
	return (uint32_t)get16(p) << 16 | get16(p + 2);
}

/* Finds TCP in an IPv4 packet: offset and length, as sent, of the segment. */
static bool find_in_ipv4(
	const uint8_t *packet, size_t len, size_t *offset, size_t *tcp_bytes)
{
	size_t header_bytes, total_bytes;

	if (len < IPV4_LEAST_BYTES)
		return false;
	header_bytes = (packet[0] & 0x0fU) * 4U;
	total_bytes = get16(packet + 2);
	if (header_bytes < IPV4_LEAST_BYTES || total_bytes < header_bytes)
		return false;
	/* More fragments to come, or not the first. */
	if (get16(packet + 6) & 0x3fff)
		return false;
	if (packet[9] != IPPROTO_TCP)
		return false;
	*offset = header_bytes;
	*tcp_bytes = total_bytes - header_bytes;
	return true;
}

/* The same in an IPv6 packet, past the extension headers that may precede. */
static bool find_in_ipv6(
	const uint8_t *packet, size_t len, size_t *offset, size_t *tcp_bytes)
{
	size_t at = IPV6_BYTES, end;
	uint8_t next;

	if (len < IPV6_BYTES)
		return false;
	end = IPV6_BYTES + (size_t)get16(packet + 4);
	next = packet[6];
	while (next == IPPROTO_HOPOPTS || next == IPPROTO_ROUTING ||
		next == IPPROTO_DSTOPTS) {
		if (len < at + 8)
			return false;
		next = packet[at];
		at += (packet[at + 1] + 1U) * 8U;
	}
	if (next != IPPROTO_TCP || at > end)
		return false;
	*offset = at;
	*tcp_bytes = end - at;
	return true;
}

bool wire_parse(const uint8_t *packet, size_t len, struct segment *segment)
{
	const uint8_t *tcp;
	size_t offset, tcp_bytes, header_bytes;
	unsigned version = len > 0 ? packet[0] >> 4 : 0;

	if (version == 4) {
		if (!find_in_ipv4(packet, len, &offset, &tcp_bytes))
			return false;
	} else if (version == 6) {
		if (!find_in_ipv6(packet, len, &offset, &tcp_bytes))
			return false;
	} else {
		return false;
	}
	if (len < offset + TCP_LEAST_BYTES)
		return false;
	tcp = packet + offset;
	header_bytes = (tcp[12] >> 4) * 4U;
	if (header_bytes < TCP_LEAST_BYTES || tcp_bytes < header_bytes)
		return false;
	*segment = (struct segment){
		.sport = get16(tcp),
		.dport = get16(tcp + 2),
		.seq = get32(tcp + 4),
		.ack = get32(tcp + 8),
		.flags = tcp[13] & 0x1f,
		.payload_bytes = (uint32_t)(tcp_bytes - header_bytes),
		.is_ipv6 = version == 6,
	};
	return true;
}

bool wire_is_pure_ack(const struct segment *segment)
{
	return segment->payload_bytes == 0 &&
		!(segment->flags & (SEGMENT_SYN | SEGMENT_FIN | SEGMENT_RST));
}

static int set_filter(pcap_t *pcap, uint16_t port)
{
	struct bpf_program program;
	char text[32] = "tcp";
	int result;

	if (port)
		snprintf(text, sizeof(text), "tcp port %u", port);
	if (pcap_compile(pcap, &program, text, 1, PCAP_NETMASK_UNKNOWN) < 0)
		return -1;
	result = pcap_setfilter(pcap, &program);
	pcap_freecode(&program);
	return result;
}

/* Brings the capture to life; false with the reason in wire->error. */
static bool start(struct wire *wire, uint16_t port, const char *savefile)
{
	char *error = wire->error;
	pcap_t *pcap = wire->pcap = pcap_create("lo", error);
	int status;

	if (!pcap)
		return false;
	/* Immediate mode makes libpcap use TPACKET_V2: a packet can be read
	 * once it is in the ring, not only when a block is full or old. */
	pcap_set_immediate_mode(pcap, 1);
	pcap_set_tstamp_precision(pcap, PCAP_TSTAMP_PRECISION_NANO);
	pcap_set_snaplen(
		pcap, savefile ? WHOLE_SNAP_BYTES : HEADERS_SNAP_BYTES);
	pcap_set_buffer_size(
		pcap, savefile ? WHOLE_RING_BYTES : HEADERS_RING_BYTES);
	status = pcap_activate(pcap);
	if (status < 0) {
		const char *more = pcap_geterr(pcap);

		snprintf(error, sizeof(wire->error), "%s",
			*more ? more : pcap_statustostr(status));
		return false;
	}
	if (pcap_datalink(pcap) != DLT_EN10MB) {
		snprintf(error, sizeof(wire->error), "lo has link type %d",
			pcap_datalink(pcap));
		return false;
	}
	if (pcap_setnonblock(pcap, 1, error) < 0)
		return false;
	if (set_filter(pcap, port) < 0 ||
		(savefile &&
			!(wire->dumper = pcap_dump_open(pcap, savefile)))) {
		snprintf(error, sizeof(wire->error), "%s", pcap_geterr(pcap));
		return false;
	}
	/* The lab's actors are started by exec: theirs is no capture. */
	if (fcntl(pcap_fileno(pcap), F_SETFD, FD_CLOEXEC) < 0 ||
		(wire->dumper &&
			fcntl(fileno(pcap_dump_file(wire->dumper)), F_SETFD,
				FD_CLOEXEC) < 0)) {
		snprintf(error, sizeof(wire->error), "close-on-exec: %s",
			strerror(errno));
		return false;
	}
	return true;
}

struct wire *wire_open(
	uint16_t port, const char *savefile, char *why, size_t why_size)
{
	struct wire *wire = calloc(1, sizeof(*wire));

	if (!wire) {
		snprintf(why, why_size, "cannot capture: out of memory");
		return NULL;
	}
	if (!start(wire, port, savefile)) {
		snprintf(
			why, why_size, "cannot capture on lo: %s", wire->error);
		wire_close(wire);
		return NULL;
	}
	return wire;
}

static void on_packet(
	u_char *user, const struct pcap_pkthdr *header, const u_char *bytes)
{
	struct wire *wire = (struct wire *)(void *)user;
	struct segment segment;

	if (wire->dumper)
		pcap_dump((u_char *)wire->dumper, header, bytes);
	if (header->caplen <= ETHERNET_BYTES ||
		!wire_parse(bytes + ETHERNET_BYTES,
			header->caplen - ETHERNET_BYTES, &segment)) {
		wire->undecoded++;
		return;
	}
	/* With nanosecond precision tv_usec holds nanoseconds. */
	segment.time_ns = (uint64_t)header->ts.tv_sec * 1000000000U +
		(uint64_t)header->ts.tv_usec;
	wire->on_segment(wire->context, &segment);
}

/* Looks for what was lost; false with the reason in wire->error. */
static bool is_complete(struct wire *wire)
{
	struct pcap_stat stat;

	if (pcap_stats(wire->pcap, &stat) < 0)
		snprintf(wire->error, sizeof(wire->error), "%s",
			pcap_geterr(wire->pcap));
	else if (stat.ps_drop > 0)
		snprintf(wire->error, sizeof(wire->error),
			"the kernel dropped %u packets", stat.ps_drop);
	else if (wire->undecoded > 0)
		snprintf(wire->error, sizeof(wire->error),
			"%u packets are no TCP segments", wire->undecoded);
	else if (wire->dumper && pcap_dump_flush(wire->dumper) < 0)
		snprintf(wire->error, sizeof(wire->error), "savefile: %s",
			strerror(errno));
	else
		return true;
	return false;
}

int wire_drain(struct wire *wire,
	void (*on_segment)(void *context, const struct segment *segment),
	void *context)
{
	int total = 0, n;

	wire->on_segment = on_segment;
	wire->context = context;
	do {
		n = pcap_dispatch(wire->pcap, -1, on_packet, (u_char *)wire);
		if (n > 0)
			total += n;
	} while (n > 0);
	if (n < 0) {
		snprintf(wire->error, sizeof(wire->error), "%s",
			pcap_geterr(wire->pcap));
		return -1;
	}
	return is_complete(wire) ? total : -1;
}

const char *wire_error(const struct wire *wire)
{
	return wire->error;
}

int wire_close(struct wire *wire)
{
	int error = 0;

	if (!wire)
		return 0;
	if (wire->dumper) {
		if (pcap_dump_flush(wire->dumper) < 0)
			error = errno;
		pcap_dump_close(wire->dumper);
	}
	if (wire->pcap)
		pcap_close(wire->pcap);
	free(wire);
	errno = error;
	return error ? -1 : 0;
}
