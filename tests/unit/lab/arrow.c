/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gracelab/record/arrow.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "example.h"
#include "gracelab/record/text.h"
#include "tests/unit/tap.h"

/* A row with a segment alone. */
static struct rung row(enum wire_fate fate, int sender, char *segment)
{
	return (struct rung){ .wire = fate,
		.sender = sender,
		.segment = segment,
		.segment_id = fate == WIRE_SENT || fate == WIRE_ARRIVED };
}

static void what_became_of_a_segment_is_seen(void)
{
	static const struct {
		enum wire_fate fate;
		char *segment;
		const char *right, *left, *ascii;
	} cases[] = {
		{ WIRE_AT_ONCE, "FIN", "─── FIN ───▶", "◀─── FIN ───",
			"--- FIN --->" },
		{ WIRE_SENT, "FIN", "─── FIN ╌╌╌╌", "╌╌╌╌ FIN ───",
			"--- FIN ...." },
		{ WIRE_ARRIVED, "FIN", "╌╌╌ FIN ───▶", "◀─── FIN ╌╌╌",
			"... FIN --->" },
		{ WIRE_LOST, "FIN", "─── FIN ─✕", "  ✕─ FIN ───",
			"--- FIN -x" },
		{ WIRE_FORGED, "RST", "═══ RST ═══▶", "◀═══ RST ═══",
			"=== RST ===>" },
		{ WIRE_SENT, "data 5+FIN", "─data 5+FIN╌", "╌data 5+FIN─",
			"-data 5+FIN." },
		{ WIRE_LOST, "SYN+ACK", "─ SYN+ACK ─✕", "✕─ SYN+ACK ─",
			"- SYN+ACK -x" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct rung rung = row(cases[i].fate, CLIENT, cases[i].segment);
		char out[ARROW_SIZE], *ascii = NULL;
		size_t size;

		tap_case("%zu", i);
		arrow_draw(out, &rung);
		EXPECT_TEXT(cases[i].right, out);
		FILE *stream = open_memstream(&ascii, &size);

		if (!EXPECT(stream))
			return;
		text_write_ascii(stream, out);
		fclose(stream);
		EXPECT_TEXT(cases[i].ascii, ascii);
		free(ascii);
		rung.sender = SERVER;
		arrow_draw(out, &rung);
		EXPECT_TEXT(cases[i].left, out);
	}
}

static void what_waited_and_is_lost_left_in_another_row(void)
{
	struct rung rung = row(WIRE_LOST, CLIENT, "ACK");
	char out[ARROW_SIZE];

	rung.segment_id = 3;
	arrow_draw(out, &rung);
	EXPECT_TEXT("╌╌╌ ACK ─✕", out);
}

static void an_arrow_says_whose_and_what_it_is(void)
{
	struct rung rung = row(WIRE_ARRIVED, CLIENT, "FIN");
	char out[ARROW_SIZE];

	rung.copy = true;
	arrow_draw(out, &rung);
	EXPECT_TEXT("╌╌FIN copy─▶", out);
	rung.segment = "data 123456789";
	arrow_draw(out, &rung);
	EXPECT_TEXT("╌123456789─▶", out);
	rung.copy = false;
	rung.connection = 2;
	rung.segment = "FIN";
	arrow_draw(out, &rung);
	EXPECT_TEXT("╌ [2] FIN ─▶", out);
	/* Beside its call it needs no number. */
	rung.call = "close";
	arrow_draw(out, &rung);
	EXPECT_TEXT("╌╌╌ FIN ───▶", out);
	rung.call = NULL;
	rung.connection = 4294967295;
	arrow_draw(out, &rung);
	EXPECT_INT(ARROW_COLUMNS, example_width(out));
}

static void every_arrow_fills_its_column(void)
{
	static char *const segments[] = { "", "x", "FIN", "data 5", "data 42",
		"SYN+ACK", "data 123", "data 5+FIN", "data 65483+FIN",
		"data 1073725440+FIN", "a name of a segment that is no name",
		"中文中文中文中文中文", "e\xcc\x81\xcc\x81\xcc\x81\xcc\x81" };

	for (int fate = WIRE_AT_ONCE; fate <= WIRE_FORGED; fate++)
		for (size_t i = 0; i < 2 * sizeof(segments) / sizeof(*segments);
			i++) {
			struct rung rung = row((enum wire_fate)fate,
				i & 1 ? SERVER : CLIENT, segments[i / 2]);
			char out[ARROW_SIZE];

			tap_case("%d: %s", fate, segments[i / 2]);
			arrow_draw(out, &rung);
			size_t width = example_width(out);

			/* One that ends on its way may end before. */
			EXPECT(width == ARROW_COLUMNS ||
				(fate == WIRE_LOST && width >= 8 &&
					width < ARROW_COLUMNS));
			EXPECT(out[strlen(out) - 1] != ' ');
		}
}

const struct tap_test tests_lab_arrow[] = {
	{ "arrow: what became of a segment is seen",
		what_became_of_a_segment_is_seen },
	{ "arrow: what waited and is lost left in another row",
		what_waited_and_is_lost_left_in_another_row },
	{ "arrow: an arrow says of which connection, and that it is a copy",
		an_arrow_says_whose_and_what_it_is },
	{ "arrow: every arrow fills its column, and no more",
		every_arrow_fills_its_column },
	{ NULL, NULL },
};
