/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gracelab/observe/twice.h"

#include <stdlib.h>
#include <string.h>

#include "tests/unit/tap.h"

enum {
	MS = 1000000,
	IPV4_BYTES = 40, /* with TCP's header */
	IPV6_BYTES = 60,
	IDENTIFICATION_AT = 4,
	TTL_AT = 8,
	IPV4_CHECKSUM_AT = 10,
	HOPS_AT = 7,
	SEQ_AT = 4, /* of TCP */
	CHECKSUM_AT = 16,
};

static const uint8_t ipv4[IPV4_BYTES + 8] = { 0x45, 0, 0, IPV4_BYTES, 7, 7,
	0x40, 0, 64, 6, 1, 2, 10, 0, 0, 1, 10, 0, 0, 2, 0x12, 0x34, 0, 80, 1, 2,
	3, 4, 0, 0, 0, 0, 0x50, 2 };
static const uint8_t ipv6[IPV6_BYTES] = { 0x60, 0, 0, 0, 0, 20, 6,
	64, [40] = 0x12, 0x34, 0, 80, 1, 2, 3, 4, 0, 0, 0, 0, 0x50, 2 };

struct passing {
	struct twice *twice;
	uint8_t bytes[IPV6_BYTES];
	struct ring_packet packet;
};

static bool begin(struct passing *passing, const uint8_t *bytes, size_t len)
{
	passing->twice = calloc(1, sizeof(*passing->twice));
	memcpy(passing->bytes, bytes, len);
	passing->packet = (struct ring_packet){ .time_ns = 5000U * (uint64_t)MS,
		.interface = 2,
		.bytes = passing->bytes,
		.len = len };
	return passing->twice && !twice_is(passing->twice, &passing->packet);
}

/* Whether it has passed already, by that interface, so much later. */
static bool is_again(struct passing *passing, unsigned interface, int ms)
{
	struct ring_packet packet = passing->packet;

	packet.interface = interface;
	packet.time_ns += (uint64_t)((int64_t)ms * MS);
	return twice_is(passing->twice, &packet);
}

static void a_packet_of_two_interfaces_is_one(void)
{
	struct passing passing;

	EXPECT(begin(&passing, ipv4, IPV4_BYTES));
	EXPECT(is_again(&passing, 3, 1));
	EXPECT(is_again(&passing, 4, -1));
	passing.bytes[TTL_AT]--;
	passing.bytes[IPV4_CHECKSUM_AT]++;
	passing.bytes[20 + CHECKSUM_AT] = 9;
	EXPECT(is_again(&passing, 3, 1));
	/* What a link has added to it. */
	memcpy(passing.bytes + IPV4_BYTES, "padding", 8);
	passing.packet.len = IPV4_BYTES + 8;
	EXPECT(is_again(&passing, 3, 1));
	free(passing.twice);
	EXPECT(begin(&passing, ipv6, IPV6_BYTES));
	passing.bytes[HOPS_AT]--;
	passing.bytes[40 + CHECKSUM_AT] = 9;
	EXPECT(is_again(&passing, 3, 1));
	free(passing.twice);
}

static void what_is_sent_again_is_another(void)
{
	struct passing passing;

	EXPECT(begin(&passing, ipv4, IPV4_BYTES));
	EXPECT(!is_again(&passing, 2, 1));
	EXPECT(!is_again(&passing, 3, 2000));
	passing.bytes[IDENTIFICATION_AT]++;
	EXPECT(!is_again(&passing, 4, 1));
	free(passing.twice);
	EXPECT(begin(&passing, ipv6, IPV6_BYTES));
	passing.bytes[40 + SEQ_AT]++;
	EXPECT(!is_again(&passing, 3, 1));
	free(passing.twice);
}

const struct tap_test tests_lab_twice[] = {
	{ "wire: a packet that passes two interfaces is one",
		a_packet_of_two_interfaces_is_one },
	{ "wire: what is sent again is another packet",
		what_is_sent_again_is_another },
	{ NULL, NULL },
};
