/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "segment.h"

#include <netinet/in.h>

enum {
	IPV4_LEAST_BYTES = 20,
	IPV6_BYTES = 40,
	TCP_LEAST_BYTES = 20,
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

bool segment_parse(const uint8_t *packet, size_t len, struct segment *segment)
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

bool segment_is_pure_ack(const struct segment *segment)
{
	return segment->payload_bytes == 0 &&
		!(segment->flags & (SEGMENT_SYN | SEGMENT_FIN | SEGMENT_RST));
}
