/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "segment.h"

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	IPV4_LEAST_BYTES = 20,
	IPV6_BYTES = 40,
	TCP_LEAST_BYTES = 20,
	OPTION_END = 0,
	OPTION_NOP = 1,
	OPTION_TIMESTAMPS = 8,
	OPTION_TIMESTAMPS_BYTES = 10,
	DATA_BYTES_MAX = 65535 - IPV4_LEAST_BYTES - TCP_LEAST_BYTES,
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

/* Finds TCP's header, which is there but for its options. */
static bool find_tcp(
	const uint8_t *packet, size_t len, size_t *offset, size_t *tcp_bytes)
{
	unsigned version = len > 0 ? packet[0] >> 4 : 0;
	bool found = false;

	if (version == 4)
		found = find_in_ipv4(packet, len, offset, tcp_bytes);
	else if (version == 6)
		found = find_in_ipv6(packet, len, offset, tcp_bytes);
	return found && len >= *offset + TCP_LEAST_BYTES;
}

bool segment_parse(const uint8_t *packet, size_t len, struct segment *segment)
{
	const uint8_t *tcp;
	size_t offset, tcp_bytes, header_bytes;

	if (!find_tcp(packet, len, &offset, &tcp_bytes))
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
		.window = get16(tcp + 14),
		.is_ipv6 = packet[0] >> 4 == 6,
	};
	return true;
}

bool segment_is_pure_ack(const struct segment *segment)
{
	return segment->payload_bytes == 0 &&
		!(segment->flags & (SEGMENT_SYN | SEGMENT_FIN | SEGMENT_RST));
}

bool segment_timestamps(
	const uint8_t *packet, size_t len, uint32_t *value, uint32_t *echo)
{
	size_t offset, tcp_bytes, at, end;

	if (!find_tcp(packet, len, &offset, &tcp_bytes))
		return false;
	end = offset + (packet[offset + 12] >> 4) * 4U;
	if (end > len)
		return false;
	for (at = offset + TCP_LEAST_BYTES; at + 1 < end;) {
		size_t bytes = packet[at] == OPTION_NOP ? 1 : packet[at + 1];

		if (packet[at] == OPTION_END || bytes == 0)
			return false;
		if (packet[at] == OPTION_TIMESTAMPS &&
			bytes == OPTION_TIMESTAMPS_BYTES && at + bytes <= end) {
			*value = get32(packet + at + 2);
			*echo = get32(packet + at + 6);
			return true;
		}
		at += bytes;
	}
	return false;
}

uint32_t segment_length(const struct segment *segment)
{
	return segment->payload_bytes +
		((segment->flags & SEGMENT_SYN) ? 1U : 0U) +
		((segment->flags & SEGMENT_FIN) ? 1U : 0U);
}

void segment_text(const struct segment *segment, char *out)
{
	bool fin = segment->flags & SEGMENT_FIN;

	if (segment->flags & SEGMENT_RST)
		snprintf(out, SEGMENT_TEXT_SIZE, "RST");
	else if (segment->flags & SEGMENT_SYN)
		snprintf(out, SEGMENT_TEXT_SIZE, "%s",
			segment->flags & SEGMENT_ACK ? "SYN+ACK" : "SYN");
	else if (segment->payload_bytes)
		snprintf(out, SEGMENT_TEXT_SIZE, "data %u%s",
			segment->payload_bytes, fin ? "+FIN" : "");
	else
		snprintf(out, SEGMENT_TEXT_SIZE, "%s", fin ? "FIN" : "ACK");
}

/* "data 5" and "data 5+FIN", as segment_text() writes them. */
static bool is_data(const char *name, struct segment *segment)
{
	static const char prefix[] = "data ";
	const char *digits = name + strlen(prefix);
	char *end;

	if (strncmp(name, prefix, strlen(prefix)) != 0 || *digits < '1' ||
		*digits > '9')
		return false;
	unsigned long bytes = strtoul(digits, &end, 10);

	if (bytes > DATA_BYTES_MAX || (*end && strcmp(end, "+FIN") != 0))
		return false;
	segment->payload_bytes = (uint32_t)bytes;
	segment->flags = SEGMENT_PSH | SEGMENT_ACK | (*end ? SEGMENT_FIN : 0);
	return true;
}

bool segment_named(const char *name, struct segment *segment)
{
	static const struct {
		const char *name;
		uint8_t flags;
	} known[] = {
		{ "FIN", SEGMENT_FIN | SEGMENT_ACK },
		{ "SYN", SEGMENT_SYN },
		{ "SYN+ACK", SEGMENT_SYN | SEGMENT_ACK },
		{ "RST", SEGMENT_RST },
		{ "ACK", SEGMENT_ACK },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		if (strcmp(known[i].name, name) != 0)
			continue;
		segment->flags = known[i].flags;
		segment->payload_bytes = 0;
		return true;
	}
	return is_data(name, segment);
}
