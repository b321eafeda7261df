/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "forge.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "hosts.h"

enum {
	IPV4_BYTES = 20,
	IPV6_BYTES = 40,
	TCP_BYTES = 20,
	TIMESTAMPS_BYTES = 12, /* with two NOP, as Linux has it */
	TTL = 64,
};

static uint8_t *put16(uint8_t *at, unsigned value)
{
	*at++ = (uint8_t)(value >> 8);
	*at++ = (uint8_t)value;
	return at;
}

static uint8_t *put32(uint8_t *at, uint32_t value)
{
	return put16(put16(at, value >> 16), value & 0xffff);
}

/* Adds bytes to a sum of 16 bit words (RFC 1071). */
static uint32_t add(uint32_t sum, const uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		sum += i % 2 ? bytes[i] : (uint32_t)bytes[i] << 8;
	return sum;
}

static uint16_t fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static uint8_t *put_address(uint8_t *at, enum side side, sa_family_t family)
{
	inet_pton(family, hosts_name(side, family), at);
	return at +
		(family == AF_INET6 ? sizeof(struct in6_addr)
				    : sizeof(struct in_addr));
}

/* RFC 791 and RFC 8200; returns where TCP begins. */
static uint8_t *put_ip(
	uint8_t *packet, enum side sender, sa_family_t family, size_t tcp_bytes)
{
	enum side receiver = side_other(sender);
	uint8_t *at = packet;

	if (family == AF_INET6) {
		at = put32(at, 0x60000000);
		at = put16(at, (unsigned)tcp_bytes);
		*at++ = IPPROTO_TCP;
		*at++ = TTL;
		return put_address(
			put_address(at, sender, family), receiver, family);
	}
	at = put16(at, 0x4500);
	at = put16(at, (unsigned)(IPV4_BYTES + tcp_bytes));
	at = put32(at, 0x00004000); /* not to be fragmented */
	*at++ = TTL;
	*at++ = IPPROTO_TCP;
	at = put16(at, 0);
	at = put_address(put_address(at, sender, family), receiver, family);
	put16(packet + 10, fold(add(0, packet, IPV4_BYTES)));
	return at;
}

static uint8_t *put_timestamps(uint8_t *at, const struct flow_half *half)
{
	at = put32(at, 0x0101080a);
	return put32(put32(at, half->ts_value), half->ts_echo);
}

/* The checksum with the pseudo header, whose addresses end the IP header. */
static uint16_t tcp_checksum(
	const uint8_t *tcp, size_t tcp_bytes, sa_family_t family)
{
	size_t addresses = family == AF_INET6 ? 2 * sizeof(struct in6_addr)
					      : 2 * sizeof(struct in_addr);
	uint32_t sum = IPPROTO_TCP + (uint32_t)tcp_bytes;

	return fold(add(sum, tcp - addresses, addresses + tcp_bytes));
}

size_t forge_build(
	const struct forged *forged, const struct flow *flow, uint8_t *packet)
{
	const struct flow_half *half = &flow->of[forged->sender];
	const struct flow_half *other = &flow->of[side_other(forged->sender)];
	sa_family_t family = flow->is_ipv6 ? AF_INET6 : AF_INET;
	uint32_t payload_bytes = forged->segment.payload_bytes;
	uint8_t flags = forged->segment.flags;
	bool stamped =
		half->has_timestamps && !(flags & (SEGMENT_SYN | SEGMENT_RST));
	size_t header_bytes = TCP_BYTES + (stamped ? TIMESTAMPS_BYTES : 0);
	size_t tcp_bytes = header_bytes + payload_bytes;
	/* Who has said nothing yet would acknowledge all that was said. */
	uint32_t ack =
		(half->known ? half->ack : other->next) + (uint32_t)forged->ack;

	if (tcp_bytes + (flow->is_ipv6 ? 0 : IPV4_BYTES) > UINT16_MAX)
		return 0;
	if (forged->has_ack)
		flags |= SEGMENT_ACK;
	uint8_t *tcp = put_ip(packet, forged->sender, family, tcp_bytes);
	uint8_t *at = put16(tcp, flow->ports[forged->sender]);

	at = put16(at, flow->ports[side_other(forged->sender)]);
	at = put32(at, half->next + forged->seq);
	at = put32(at, flags & SEGMENT_ACK ? ack : 0);
	*at++ = (uint8_t)(header_bytes / 4 << 4);
	*at++ = flags;
	at = put16(at, forged->has_window ? forged->window : half->window);
	at = put32(at, 0); /* checksum and urgent pointer */
	if (stamped)
		at = put_timestamps(at, half);
	memset(at, 'x', payload_bytes);
	put16(tcp + 16, tcp_checksum(tcp, tcp_bytes, family));
	return (size_t)(at - packet) + payload_bytes;
}
