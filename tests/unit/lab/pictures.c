/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A record as a picture: SVG and Mermaid. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "example.h"
#include "gracelab/record/mermaid.h"
#include "gracelab/record/svg.h"
#include "lib/text/utf8.h"
#include "tests/unit/tap.h"

/* The middle of the wire, and its two sides, where both have states. */
#define MIDDLE_X   500
#define CLIENT_X   366
#define SERVER_X   634
#define ROW_HEIGHT 34

struct line {
	double x1, y1, x2, y2;
};

/* The picture's `nth` line of that class; the class is all of it. */
static struct line line_of(const char *svg, const char *class, size_t nth)
{
	const bool such_a_line_is_there = false;
	struct line line = { 0 };
	char end[64];

	snprintf(end, sizeof(end), "\" class=\"%s\"/>", class);
	for (const char *at = svg; at && (at = strstr(at, "<path d=\"M"));
		at++) {
		const char *close = strchr(at, '>');
		size_t len = strlen(end);

		if (!close || strncmp(close + 1 - len, end, len) != 0)
			continue;
		if (sscanf(at, "<path d=\"M%lf %lfL%lf %lf\"", &line.x1,
			    &line.y1, &line.x2, &line.y2) == 4 &&
			!nth--)
			return line;
	}
	EXPECT(such_a_line_is_there);
	return (struct line){ 0 };
}

/* Where the text has its middle, along its line; 0: nowhere. */
static double text_x(const char *svg, const char *text)
{
	static const char group[] = "<g transform=\"translate(";
	char element[64];
	double x = 0;

	snprintf(element, sizeof(element), ">%s</text>", text);
	const char *end = svg ? strstr(svg, element) : NULL;

	for (const char *at = svg; end && (at = strstr(at, group)) && at < end;
		at++)
		x = strtod(at + strlen(group), NULL);
	return x;
}

static void segments_that_cross_cross_in_the_picture(void)
{
	struct record record = example_connected();

	example_add_segment(&record, WIRE_SENT, CLIENT, "FIN", 1);
	example_add_segment(&record, WIRE_SENT, SERVER, "FIN", 2);
	example_add_segment(&record, WIRE_ARRIVED, CLIENT, "FIN", 1);
	example_add_segment(&record, WIRE_ARRIVED, SERVER, "FIN", 2);
	char *svg = example_drawn(svg_write, &record);
	/* Behind SYN and SYN+ACK. */
	struct line there = line_of(svg, "arrow", 2);
	struct line back = line_of(svg, "arrow", 3);

	EXPECT_INT(4, example_count(svg, "class=\"arrow\""));
	EXPECT_INT(2, example_count(svg, ">FIN</text>"));
	EXPECT_INT(CLIENT_X, there.x1);
	EXPECT_INT(SERVER_X, back.x1);
	/* Each two rows on, but for the room of the tip. */
	EXPECT(there.y2 > there.y1 + 2 * ROW_HEIGHT - 8);
	EXPECT(there.y2 < there.y1 + 2 * ROW_HEIGHT + 1);
	EXPECT_INT(ROW_HEIGHT, back.y1 - there.y1);
	/* At the client's side the one is above, at the server's the other. */
	EXPECT(there.y1 < back.y2 && back.y1 < there.y2);
	free(svg);
	record_free(&record);
}

static void a_copy_leaves_where_the_first_left(void)
{
	struct record record = example_connected();

	example_add_segment(&record, WIRE_SENT, CLIENT, "FIN", 1);
	example_add_segment(&record, WIRE_ARRIVED, CLIENT, "FIN", 1);
	example_add_segment(&record, WIRE_AT_ONCE, SERVER, "data 5", 0);
	example_add_segment(&record, WIRE_ARRIVED, CLIENT, "FIN", 1)->copy =
		true;
	char *svg = example_drawn(svg_write, &record);
	struct line first = line_of(svg, "arrow", 2);
	struct line copy = line_of(svg, "arrow", 4);

	EXPECT(first.x1 == copy.x1 && first.y1 == copy.y1);
	EXPECT(copy.y2 > first.y2 + ROW_HEIGHT);
	EXPECT_INT(1, example_count(svg, ">FIN</text>"));
	EXPECT_INT(1, example_count(svg, ">FIN copy</text>"));
	/* Neither text hides the other. */
	EXPECT(text_x(svg, "FIN") < MIDDLE_X - 80);
	EXPECT(text_x(svg, "FIN copy") > MIDDLE_X + 80);
	free(svg);
	record_free(&record);
}

static void a_cross_means_lost_and_nothing_else(void)
{
	struct record record = example_record();
	char *svg = example_drawn(svg_write, &record);

	tap_case("a RST is red and heavy");
	EXPECT_INT(1, example_count(svg, "class=\"rst\""));
	EXPECT_INT(1, example_count(svg, "class=\"rsttip\""));
	EXPECT(svg && strstr(svg, "\n.rst{stroke:#c3142d;stroke-width:4;"));
	EXPECT_INT(0, example_count(svg, " cross\""));
	free(svg);
	record_free(&record);

	tap_case("lost at once");
	record = example_connected();
	example_add_segment(&record, WIRE_LOST, CLIENT, "data 5", 0);
	svg = example_drawn(svg_write, &record);
	struct line line = line_of(svg, "arrow", 2);

	EXPECT_INT(MIDDLE_X, line.x2);
	EXPECT(line.y1 == line.y2);
	EXPECT_INT(1, example_count(svg, "class=\"arrow cross\""));
	EXPECT_INT(1, example_count(svg, ">lost</text>"));
	free(svg);
	record_free(&record);

	tap_case("lost after it has waited");
	record = example_connected();
	example_add_segment(&record, WIRE_SENT, SERVER, "RST", 9);
	example_add_segment(&record, WIRE_LOST, SERVER, "RST", 9);
	svg = example_drawn(svg_write, &record);
	line = line_of(svg, "rst", 0);
	EXPECT_INT(SERVER_X, line.x1);
	EXPECT_INT(MIDDLE_X, line.x2);
	EXPECT_INT(ROW_HEIGHT, line.y2 - line.y1);
	EXPECT_INT(1, example_count(svg, "class=\"rst cross\""));
	EXPECT_INT(0, example_count(svg, "class=\"rsttip\""));
	free(svg);
	record_free(&record);
}

static void what_still_waits_arrives_nowhere(void)
{
	struct record record = example_connected();

	example_add_segment(&record, WIRE_SENT, CLIENT, "FIN", 1);
	char *svg = example_drawn(svg_write, &record);

	EXPECT_INT(MIDDLE_X, line_of(svg, "arrow waits", 0).x2);
	EXPECT_INT(1, example_count(svg, ">waits</text>"));
	/* SYN's and SYN+ACK's. */
	EXPECT_INT(2, example_count(svg, "class=\"tip\""));
	free(svg);
	record_free(&record);
}

static void what_is_forged_is_drawn_unlike_the_real(void)
{
	struct record record = example_connected();

	example_add_segment(&record, WIRE_FORGED, SERVER, "RST", 0);
	example_add_segment(&record, WIRE_FORGED, CLIENT, "data 1", 0);
	char *svg = example_drawn(svg_write, &record);

	EXPECT_INT(2, example_count(svg, ">forged</text>"));
	EXPECT(line_of(svg, "forged", 0).x1 > CLIENT_X + 20);
	EXPECT(line_of(svg, "rst forged", 0).x1 < SERVER_X - 20);
	EXPECT_INT(1, example_count(svg, "class=\"forgedtip\""));
	EXPECT(svg && strstr(svg, "\n.forged{") &&
		strstr(svg, "stroke-dasharray:7 5"));
	free(svg);
	record_free(&record);
}

static void each_connection_has_a_lifeline(void)
{
	struct record record = example_connected();

	/* Alone it needs none of its own, whatever its number. */
	record.rungs[0].connection = record.rungs[1].connection = 7;
	char *svg = example_drawn(svg_write, &record);

	EXPECT_INT(2, example_count(svg, "class=\"line\""));
	EXPECT_INT(0, example_count(svg, "class=\"lane\""));
	EXPECT_INT(1, example_count(svg, ">[7] connect<"));
	free(svg);
	example_add_rung(&record, CLIENT, "connect", NULL, NULL);
	example_add_change(&record, CLIENT, "SYN", "ESTABLISHED", NULL);
	record.rungs[2].connection = 9;
	svg = example_drawn(svg_write, &record);
	EXPECT_INT(4, example_count(svg, "class=\"line\""));
	EXPECT_INT(2, example_count(svg, ">[9]</text>"));
	EXPECT(line_of(svg, "arrow", 2).x1 > line_of(svg, "arrow", 0).x1);
	free(svg);

	tap_case("more than there are lanes");
	for (unsigned i = 10; i < 30; i++) {
		example_add_segment(&record, WIRE_AT_ONCE, CLIENT, "FIN", 0)
			->connection = i;
		record.rungs[record.rung_count - 1].states[SERVER] =
			strdup("CLOSE_WAIT");
	}
	svg = example_drawn(svg_write, &record);
	EXPECT_INT(16, example_count(svg, "class=\"line\""));
	free(svg);
	record_free(&record);
}

static void a_failed_play_is_marked_and_its_reason_stands_last(void)
{
	struct record record = example_connected();

	record_fail(&record, 0, 0.5);
	record.failure = strdup("x.lab:3: why\nand why");
	char *svg = example_drawn(svg_write, &record);
	char *mermaid = example_drawn(mermaid_write, &record);

	EXPECT_INT(1, example_count(svg, "class=\"failed\""));
	EXPECT(svg && strstr(svg, ">x.lab:3: why</text>\n<text"));
	EXPECT(svg && strstr(svg, ">and why</text>\n</svg>\n"));
	EXPECT_INT(1, example_count(mermaid, "! the play failed here"));
	EXPECT(mermaid &&
		strstr(mermaid,
			"Note over client,server: x.lab:3: "
			"why<br/>and why\n"));
	free(svg);
	free(mermaid);
	record_free(&record);
}

/* Whether it is UTF-8 without what XML's Char excludes. */
static bool is_xml_text(const char *text)
{
	size_t len = strlen(text);
	uint32_t point;

	for (size_t i = 0, n; i < len; i += n) {
		n = utf8_decode(text + i, len - i, &point);
		if (!n || (point < 0x20 && point != '\n') || point == 0xfffe ||
			point == 0xffff)
			return false;
	}
	return true;
}

static void no_bytes_break_a_picture(void)
{
	static const char *const texts[] = { "\xff", "\xc3", "\xed\xa0\x80",
		"\x1b[2J", "\xef\xbf\xbf", "<&>\"'", "]]>", "#;{}", "\x01\x02",
		"\xf0\x9f\x98\x80\xf0\x9f" };

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct record record = example_record();
		char text[400] = "";

		for (int k = 0; k < 30; k++)
			strcat(text, texts[i]);
		tap_case("%zu", i);
		free(record.title);
		free(record.asks);
		record.title = strdup(text);
		record.asks = strdup(text);
		example_add_rung(&record, CLIENT, text, text, text);
		example_add_rung(&record, SERVER, "send", text, NULL);
		example_add_change(&record, CLIENT, text, text, text);
		record_fail(&record, 0, 1);
		record.failure = strdup(text);
		char *svg = example_drawn(svg_write, &record);
		char *mermaid = example_drawn(mermaid_write, &record);

		EXPECT(svg && is_xml_text(svg));
		EXPECT(mermaid && is_xml_text(mermaid));
		EXPECT(svg && !strstr(svg, "]]>") && !strstr(svg, "<&"));
		free(svg);
		free(mermaid);
		record_free(&record);
	}
}

static void what_is_long_is_wrapped_or_cut(void)
{
	struct record record = example_connected();
	char text[301];

	memset(text, 'x', 300);
	text[300] = '\0';
	free(record.title);
	free(record.asks);
	record.title = strdup(text);
	record.asks = strdup(text);
	example_add_rung(&record, CLIENT, "send", text, "EPIPE");
	char *svg = example_drawn(svg_write, &record);
	size_t lines = example_count(svg, "class=\"title\"");

	EXPECT(lines > 4 && lines < 12);
	EXPECT(example_count(svg, "class=\"asks\"") > 2);
	EXPECT_INT(1, example_count(svg, "xxxxxxxxxx…&quot;</text>"));
	EXPECT_INT(1, example_count(svg, ">  = EPIPE</text>"));
	free(svg);

	tap_case("by what is drawn of it");
	free(record.title);
	memset(text, '\1', 60);
	text[60] = '\0';
	record.title = strdup(text);
	svg = example_drawn(svg_write, &record);
	EXPECT_INT(4, example_count(svg, "class=\"title\""));
	free(svg);
	record_free(&record);
}

static void what_goes_on_is_no_bad_end(void)
{
	static const char *const results[] = { "EPIPE", "ECONNRESET", "EAGAIN",
		"EINPROGRESS", "0 (EOF)" };

	for (int i = 0; i < 5; i++) {
		struct record record = example_connected();

		tap_case("%s", results[i]);
		example_add_rung(&record, CLIENT, "call", NULL, results[i]);
		char *svg = example_drawn(svg_write, &record);

		EXPECT_INT(i < 2, example_count(svg, "class=\"mono bad\""));
		free(svg);
		record_free(&record);
	}
}

const struct tap_test tests_lab_pictures[] = {
	{ "svg: segments that cross on the wire cross in the picture",
		segments_that_cross_cross_in_the_picture },
	{ "svg: a copy leaves where the first one left",
		a_copy_leaves_where_the_first_left },
	{ "svg: a cross means lost, and RST has none",
		a_cross_means_lost_and_nothing_else },
	{ "svg: what still waits arrives nowhere",
		what_still_waits_arrives_nowhere },
	{ "svg: what is forged is drawn unlike what is real",
		what_is_forged_is_drawn_unlike_the_real },
	{ "svg: each connection has a lifeline of its own",
		each_connection_has_a_lifeline },
	{ "svg: what is long is wrapped or cut",
		what_is_long_is_wrapped_or_cut },
	{ "svg: what goes on is no bad end", what_goes_on_is_no_bad_end },
	{ "pictures: a failed play is marked, and its reason stands last",
		a_failed_play_is_marked_and_its_reason_stands_last },
	{ "pictures: no bytes break one", no_bytes_break_a_picture },
	{ NULL, NULL },
};
