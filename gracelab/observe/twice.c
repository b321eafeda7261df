/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "twice.h"

#include <stddef.h>
#include <string.h>

enum {
	/* IPv4 */
	CLASS_AT = 1,
	LENGTH_AT = 2,
	TTL_AT = 8,
	CHECKSUM_AT = 10,
	/* IPv6 */
	IPV6_BYTES = 40,
	PAYLOAD_LENGTH_AT = 4,
	HOPS_AT = 7,
	/* TCP */
	TCP_CHECKSUM_AT = 16,
	HEADERS_BYTES = 112, /* of all, at most */
};

#define WITHIN_NS 1000000000U

/* What who passes it on may change is 0, and what is no part of it left out;
 * its bytes. */
static size_t copy(const struct ring_packet *packet, uint8_t *out)
{
	bool ipv6 = packet->bytes[0] >> 4 == 6;
	const uint8_t *length =
		packet->bytes + (ipv6 ? PAYLOAD_LENGTH_AT : LENGTH_AT);
	size_t bytes =
		(size_t)(length[0] << 8 | length[1]) + (ipv6 ? IPV6_BYTES : 0);
	size_t tcp = ipv6 ? IPV6_BYTES : (packet->bytes[0] & 0xfU) * 4;

	if (bytes > packet->len || bytes < tcp)
		bytes = packet->len;
	if (bytes > HEADERS_BYTES)
		bytes = HEADERS_BYTES;
	memcpy(out, packet->bytes, bytes);
	out[ipv6 ? HOPS_AT : TTL_AT] = 0;
	if (ipv6) {
		memset(out, 0, PAYLOAD_LENGTH_AT);
	} else {
		out[CLASS_AT] = 0;
		memset(out + CHECKSUM_AT, 0, 2);
	}
	/* An IPv4 header has 60 bytes at most. */
	memset(out + tcp + TCP_CHECKSUM_AT, 0, 2);
	return bytes;
}

static uint64_t print_of(const struct ring_packet *packet)
{
	uint64_t words[HEADERS_BYTES / sizeof(uint64_t)] = { 0 }, print = 1;
	size_t bytes = copy(packet, (uint8_t *)words);

	for (size_t i = 0; i * sizeof(*words) < bytes; i++) {
		print = (print ^ words[i]) * 0x9e3779b97f4a7c15U;
		print ^= print >> 32;
	}
	return print ? print : 1;
}

/* Packets of several interfaces may be given in another order than they passed
 * by a hair. */
static bool is_near(uint64_t one_ns, uint64_t other_ns)
{
	return one_ns - other_ns < WITHIN_NS || other_ns - one_ns < WITHIN_NS;
}

bool twice_is(struct twice *twice, const struct ring_packet *packet)
{
	uint64_t print;

	if (packet->len < IPV6_BYTES)
		return false;
	print = print_of(packet);
	size_t at = print % (sizeof(twice->last) / sizeof(*twice->last));

	if (twice->last[at].print == print &&
		twice->last[at].interface != packet->interface &&
		is_near(packet->time_ns, twice->last[at].time_ns))
		return true;
	twice->last[at].print = print;
	twice->last[at].time_ns = packet->time_ns;
	twice->last[at].interface = packet->interface;
	return false;
}
