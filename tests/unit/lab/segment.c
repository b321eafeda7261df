/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdint.h>
#include <stdlib.h>

#include "lib/net/segment.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/tap.h"

/* A packet under construction. */
struct packet {
	uint8_t bytes[256];
	size_t len;
};

static void put8(struct packet *packet, unsigned value)
{
	packet->bytes[packet->len++] = (uint8_t)value;
}

static void put16(struct packet *packet, unsigned value)
{
	put8(packet, value >> 8);
	put8(packet, value & 0xff);
}

static void put32(struct packet *packet, uint32_t value)
{
	put16(packet, value >> 16);
	put16(packet, value & 0xffff);
}

static void put_zeros(struct packet *packet, size_t count)
{
	while (count--)
		put8(packet, 0);
}

/* RFC 791: with `options` bytes of options, for `tcp` bytes. */
static void put_ipv4(struct packet *packet, unsigned options, unsigned tcp)
{
	put8(packet, 0x40 | (5 + options / 4));
	put8(packet, 0);
	put16(packet, 20 + options + tcp);
	put16(packet, 0x1234);
	put16(packet, 0x4000); /* do not fragment */
	put8(packet, 64);
	put8(packet, 6);
	put16(packet, 0);
	put32(packet, 0x7f000001);
	put32(packet, 0x7f000001);
	put_zeros(packet, options);
}

/* RFC 8200: with `next` behind it, for `behind` bytes. */
static void put_ipv6(struct packet *packet, unsigned next, unsigned behind)
{
	put32(packet, 0x60000000);
	put16(packet, behind);
	put8(packet, next);
	put8(packet, 64);
	put_zeros(packet, 15);
	put8(packet, 1);
	put_zeros(packet, 15);
	put8(packet, 1);
}

/* RFC 9293, section 3.1: with options and a payload of zeros. */
static void put_tcp(struct packet *packet, unsigned flags, unsigned options,
	unsigned payload)
{
	put16(packet, 40001);
	put16(packet, 43211);
	put32(packet, 0x89abcdef);
	put32(packet, 0xfedcba98);
	put8(packet, (5 + options / 4) << 4);
	put8(packet, flags);
	put16(packet, 512);
	put16(packet, 0);
	put16(packet, 0);
	put_zeros(packet, options + payload);
}

/* Alone in memory, so that a sanitizer sees what is read behind it. */
static bool parse(const uint8_t *bytes, size_t len, struct segment *segment)
{
	uint8_t *copy = malloc(len ? len : 1);

	if (!copy)
		return false;
	memcpy(copy, bytes, len);
	bool good = segment_parse(copy, len, segment);

	free(copy);
	return good;
}

static void expect_segment(const struct packet *packet, size_t len,
	unsigned flags, unsigned payload, bool is_ipv6)
{
	struct segment segment = { 0 };

	if (!EXPECT(parse(packet->bytes, len, &segment)))
		return;
	EXPECT_INT(40001, segment.sport);
	EXPECT_INT(43211, segment.dport);
	EXPECT_INT(0x89abcdef, segment.seq);
	EXPECT_INT(0xfedcba98, segment.ack);
	EXPECT_INT(flags, segment.flags);
	EXPECT_INT(payload, segment.payload_bytes);
	EXPECT_INT(is_ipv6, segment.is_ipv6);
	EXPECT_INT(0, segment.time_ns);
}

static void refuse(const struct packet *packet, size_t len)
{
	struct segment segment = { .sport = 7 };

	EXPECT(!parse(packet->bytes, len, &segment));
	EXPECT_INT(7, segment.sport);
	EXPECT_INT(0, segment.seq);
}

static void a_segment_in_ipv4_is_read(void)
{
	for (unsigned options = 0; options <= 40; options += 4) {
		struct packet packet = { .len = 0 };

		tap_case("%u bytes of options", options);
		put_ipv4(&packet, options, 20 + options + 5);
		put_tcp(&packet, SEGMENT_PSH | SEGMENT_ACK, options, 5);
		expect_segment(&packet, packet.len, SEGMENT_PSH | SEGMENT_ACK,
			5, false);
		/* The payload as sent, however little was captured. */
		expect_segment(&packet, packet.len - 5 - options,
			SEGMENT_PSH | SEGMENT_ACK, 5, false);
	}
}

static void padding_behind_the_packet_is_no_payload(void)
{
	struct packet packet = { .len = 0 };

	put_ipv4(&packet, 0, 20);
	put_tcp(&packet, SEGMENT_ACK, 0, 0);
	put_zeros(&packet, 6);
	expect_segment(&packet, packet.len, SEGMENT_ACK, 0, false);
}

static void a_segment_in_ipv6_is_read(void)
{
	struct packet packet = { .len = 0 };

	put_ipv6(&packet, 6, 32 + 9);
	put_tcp(&packet, SEGMENT_FIN | SEGMENT_ACK, 12, 9);
	expect_segment(&packet, packet.len, SEGMENT_FIN | SEGMENT_ACK, 9, true);
}

static void extension_headers_of_ipv6_are_passed(void)
{
	static const unsigned headers[] = { 0, 43, 60 };

	for (size_t i = 0; i < sizeof(headers) / sizeof(*headers); i++) {
		struct packet packet = { .len = 0 };

		tap_case("header %u", headers[i]);
		put_ipv6(&packet, headers[i], 8 + 16 + 20 + 3);
		put8(&packet, 60);
		put8(&packet, 0);
		put_zeros(&packet, 6);
		put8(&packet, 6);
		put8(&packet, 1);
		put_zeros(&packet, 14);
		put_tcp(&packet, SEGMENT_ACK, 0, 3);
		expect_segment(&packet, packet.len, SEGMENT_ACK, 3, true);
		for (size_t len = 0; len < 40 + 24 + 20; len++)
			refuse(&packet, len);
	}
}

static void what_is_cut_off_is_refused(void)
{
	struct packet packet = { .len = 0 };

	put_ipv4(&packet, 4, 20 + 4 + 5);
	put_tcp(&packet, SEGMENT_ACK, 4, 5);
	for (size_t len = 0; len < 24 + 20; len++) {
		tap_case("%zu bytes", len);
		refuse(&packet, len);
	}
}

/* A good packet with one byte changed. */
static void refuse_changed(size_t at, uint8_t value)
{
	struct packet packet = { .len = 0 };

	put_ipv4(&packet, 0, 20 + 5);
	put_tcp(&packet, SEGMENT_ACK, 0, 5);
	packet.bytes[at] = value;
	tap_case("byte %zu is 0x%02x", at, value);
	refuse(&packet, packet.len);
}

static void what_contradicts_itself_is_refused(void)
{
	refuse_changed(0, 0x00);  /* no version */
	refuse_changed(0, 0x55);  /* version 5 */
	refuse_changed(0, 0x44);  /* a header of 16 bytes */
	refuse_changed(3, 19);    /* shorter than its header */
	refuse_changed(3, 39);    /* shorter than TCP's header */
	refuse_changed(6, 0x20);  /* more fragments */
	refuse_changed(7, 0x01);  /* not the first fragment */
	refuse_changed(9, 17);    /* UDP */
	refuse_changed(32, 0x40); /* a TCP header of 16 bytes */
	refuse_changed(32, 0xf0); /* longer than the packet */
	refuse(&(struct packet){ .len = 0 }, 0);
}

static void garbage_is_read_within_its_bounds(void)
{
	uint64_t state = 0x2545f4914f6cdd1d;
	uint8_t bytes[128];
	int good = 0;

	for (int i = 0; i < 20000; i++) {
		size_t len;

		for (size_t j = 0; j < sizeof(bytes); j++) {
			state ^= state << 13;
			state ^= state >> 7;
			state ^= state << 17;
			bytes[j] = (uint8_t)state;
		}
		/* Mostly what comes past the first looks. */
		bytes[0] = i & 1 ? 0x45 + (bytes[0] & 7) : 0x60;
		bytes[9] = i & 3 ? 6 : bytes[9];
		if (i & 4)
			bytes[6] = bytes[7] = 0;
		len = state % sizeof(bytes);
		good += fuzz_packet(bytes, len);
	}
	EXPECT(good > 100);
}

static void only_an_empty_segment_is_a_pure_ack(void)
{
	static const struct {
		unsigned flags, payload;
		bool pure;
	} cases[] = {
		{ SEGMENT_ACK, 0, true },
		{ SEGMENT_ACK | SEGMENT_PSH, 0, true },
		{ SEGMENT_ACK, 1, false },
		{ SEGMENT_SYN, 0, false },
		{ SEGMENT_SYN | SEGMENT_ACK, 0, false },
		{ SEGMENT_FIN | SEGMENT_ACK, 0, false },
		{ SEGMENT_RST, 0, false },
		{ SEGMENT_RST | SEGMENT_ACK, 0, false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct segment segment = {
			.flags = (uint8_t)cases[i].flags,
			.payload_bytes = cases[i].payload,
		};

		tap_case("%zu", i);
		EXPECT(segment_is_pure_ack(&segment) == cases[i].pure);
	}
}

static void a_name_is_that_of_what_it_names(void)
{
	static const char *const names[] = { "FIN", "SYN", "SYN+ACK", "RST",
		"ACK", "data 1", "data 65495", "data 5+FIN" };
	static const char *const bad[] = { "", "fin", "FIN+ACK", "data",
		"data ", "data 0", "data 05", "data -1", "data 5+",
		"data 5+RST", "data 5 +FIN", "data 65496",
		"data 99999999999999999999", "data 5+FINx", "ACKs" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct segment segment = { 0 };
		char text[SEGMENT_TEXT_SIZE];

		tap_case("%s", names[i]);
		EXPECT(segment_named(names[i], &segment));
		segment_text(&segment, text);
		EXPECT_TEXT(names[i], text);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct segment segment = { .flags = 0xff };

		tap_case("'%s'", bad[i]);
		EXPECT(!segment_named(bad[i], &segment));
		EXPECT_INT(0xff, segment.flags);
	}
}

static void syn_and_fin_take_a_number_each(void)
{
	static const struct {
		unsigned flags, payload, length;
	} cases[] = {
		{ SEGMENT_ACK, 0, 0 },
		{ SEGMENT_SYN, 0, 1 },
		{ SEGMENT_FIN | SEGMENT_ACK, 0, 1 },
		{ SEGMENT_FIN | SEGMENT_ACK, 5, 6 },
		{ SEGMENT_RST, 0, 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct segment segment = {
			.flags = (uint8_t)cases[i].flags,
			.payload_bytes = cases[i].payload,
		};

		tap_case("%zu", i);
		EXPECT_INT(cases[i].length, segment_length(&segment));
	}
}

/* put_tcp() leaves zeros, which end the options, for these 12 bytes. */
static void timestamps_are_found_among_options(void)
{
	static const uint8_t after_nops[] = { 1, 1, 8, 10, 0, 0, 1, 2, 0, 0, 3,
		4 };
	static const uint8_t after_sack[] = { 4, 2, 8, 10, 0, 0, 1, 2, 0, 0, 3,
		4 };
	static const uint8_t cut[] = { 1, 1, 1, 1, 1, 1, 1, 1, 8, 10, 0, 0 };
	static const uint8_t endless[] = { 1, 1, 5, 0, 8, 10, 0, 0, 0, 0, 0,
		0 };
	static const struct {
		const uint8_t *options;
		bool found;
	} cases[] = { { after_nops, true }, { after_sack, true },
		{ cut, false }, { endless, false } };

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct packet packet = { 0 };
		uint32_t value = 0, echo = 0;

		tap_case("%zu", i);
		put_ipv4(&packet, 0, 32);
		put_tcp(&packet, SEGMENT_ACK, 12, 0);
		memcpy(packet.bytes + 40, cases[i].options, 12);
		EXPECT(cases[i].found ==
			segment_timestamps(
				packet.bytes, packet.len, &value, &echo));
		EXPECT_INT(cases[i].found ? 0x102 : 0, value);
		EXPECT_INT(cases[i].found ? 0x304 : 0, echo);
		EXPECT(!segment_timestamps(packet.bytes, 50, &value, &echo));
	}
}

const struct tap_test tests_lab_segment[] = {
	{ "wire: a segment in IPv4 is read, with options of both",
		a_segment_in_ipv4_is_read },
	{ "wire: padding behind a packet is no payload",
		padding_behind_the_packet_is_no_payload },
	{ "wire: a segment in IPv6 is read", a_segment_in_ipv6_is_read },
	{ "wire: extension headers of IPv6 are passed",
		extension_headers_of_ipv6_are_passed },
	{ "wire: what is cut off is refused and leaves the segment alone",
		what_is_cut_off_is_refused },
	{ "wire: what contradicts itself is refused",
		what_contradicts_itself_is_refused },
	{ "wire: garbage is read within its bounds",
		garbage_is_read_within_its_bounds },
	{ "wire: only an empty segment without SYN, FIN and RST is a pure ACK",
		only_an_empty_segment_is_a_pure_ack },
	{ "wire: a segment's name is that of what it names",
		a_name_is_that_of_what_it_names },
	{ "wire: SYN and FIN take a sequence number each",
		syn_and_fin_take_a_number_each },
	{ "wire: timestamps are found among other options",
		timestamps_are_found_among_options },
	{ NULL, NULL },
};
