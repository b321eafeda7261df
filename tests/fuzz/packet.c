/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Captured packets: segment_parse(), and how a segment is named. */
#include <stdlib.h>

#include "fuzz.h"
#include "gracelab/record/rungs.h"
#include "lib/net/segment.h"
#include "tests/unit/tap.h"

/* How far each length is tried. */
#define LENGTHS 200

static bool same(const struct segment *a, const struct segment *b)
{
	return a->time_ns == b->time_ns && a->seq == b->seq &&
		a->ack == b->ack && a->payload_bytes == b->payload_bytes &&
		a->sport == b->sport && a->dport == b->dport &&
		a->flags == b->flags && a->is_ipv6 == b->is_ipv6;
}

static void check_segment(const struct segment *segment)
{
	char text[SEGMENT_TEXT_SIZE];

	EXPECT_INT(0, segment->time_ns);
	EXPECT(segment->payload_bytes <= UINT16_MAX);
	EXPECT(!(segment->flags & ~0x1f));
	EXPECT(!segment_is_pure_ack(segment) || !segment->payload_bytes);
	memset(text, 't', sizeof(text));
	segment_text(segment, text);
	EXPECT(*text && memchr(text, '\0', sizeof(text)));
}

/* Parses the first `len` bytes; a packet refused leaves the segment alone. */
static bool parse(const uint8_t *data, size_t len, struct segment *segment)
{
	const struct segment untouched = { .time_ns = 1, .sport = 7 };
	char *copy = fuzz_copy(data, len);

	*segment = untouched;
	bool good = segment_parse((const uint8_t *)copy, len, segment);

	free(copy);
	if (good)
		check_segment(segment);
	else
		EXPECT(same(segment, &untouched));
	return good;
}

bool fuzz_packet(const uint8_t *data, size_t size)
{
	struct segment whole, cut;
	bool good = parse(data, size, &whole);

	/* Less of it gives the same or nothing; more than enough, the same. */
	for (size_t len = 0; len < size && len < LENGTHS; len++)
		if (parse(data, len, &cut))
			EXPECT(good && same(&cut, &whole));
	return good;
}
