/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A record as text: the ladder and its arrows. */
#include "gracelab/record/ladder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gracelab/record/arrow.h"
#include "gracelab/record/golden.h"
#include "gracelab/record/text.h"
#include "lab_example.h"
#include "tap.h"

static void a_record_is_a_ladder_with_both_terminals(void)
{
	struct record record = example_record();
	char *text = golden_text(&record);

	EXPECT_TEXT(
		"name: A title\n"
		"What?\n"
		"\n"
		"  client               state       wire         state       "
		"server\n"
		"  connect              ESTABLISHED ─── SYN ───▶\n"
		"                                   ◀─ SYN+ACK ─ ESTABLISHED "
		"accept\n"
		"  send \"data1\" = 5                 ── data 5 ─▶\n"
		"                                                            "
		"send \"Hi, data2\"\n"
		"                                                            "
		"  = EPIPE\n"
		"                       gone        ─── RST ───▶ gone\n"
		"\n"
		"  the client's terminal\n"
		"    now sending data1\n"
		"    send bytes: 5\n"
		"\n"
		"  the server's terminal\n"
		"    (nothing)\n"
		"\n"
		"  Linux 6.18\n",
		text ? text : "");
	free(text);
	record_free(&record);
}

static void what_was_not_observed_is_not_drawn(void)
{
	struct record record = example_record();

	record.wire = record.states = false;
	char *text = golden_text(&record);

	if (EXPECT(text)) {
		EXPECT(!strstr(text, "SYN"));
		EXPECT(!strstr(text, "─"));
		EXPECT(!strstr(text, "ESTABLISHED"));
		EXPECT(!strstr(text, "state"));
		EXPECT(!strstr(text, "wire "));
		EXPECT(strstr(text, "send \"data1\" = 5\n"));
	}
	free(text);
	record_free(&record);
}

/*
 * The widest line in columns, not measured as the ladder measures: East Asian
 * characters and emoji have two, combining ones (U+0300 to U+036F) none.
 */
static size_t width_of(const char *text)
{
	size_t width = 0, widest = 0;

	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;
		bool wide = (c >= 0xe3 && c <= 0xe9) || c == 0xf0;

		width += (c & 0xc0) != 0x80 && c != 0xcc && c != 0xcd;
		width += wide;
		if (c == '\n')
			width = 0;
		if (width > widest)
			widest = width;
	}
	return widest;
}

static void add_wide_rungs(struct record *record, const char *text)
{
	static const char *const segments[] = { "data 5", "data 55", "data 555",
		"data 5555", "data 55555", "data 65483+FIN", "SYN+ACK", "RST" };

	for (size_t i = 0; i < sizeof(segments) / sizeof(*segments); i++) {
		int side = i & 1 ? SERVER : CLIENT;

		example_add_rung(record, side, "send", text, "ENOTCONN");
		example_add_change(record, side, segments[i], "ESTABLISHED",
			"ESTABLISHED");
		example_add_rung(record, 1 - side, "recv", text, "ECONNRESET");
		example_add_change(
			record, side, segments[i], "FIN_WAIT2", "CLOSE_WAIT");
		example_add_rung(record, side, "a call with a very long name",
			NULL, "0 (EOF)");
	}
}

static void no_line_is_wider_than_the_page(void)
{
	static const char *const texts[] = { "",
		"0123456789012345678901234567890123456789", "éééééééééééééé",
		"éééééééééééééééééééééééééééééééé", "你好，世界",
		"x你好，世界你好",
		"中文中文中文中文中文中文中文中文中文中文中文中文中文中文中文中"
		"文中文中文",
		"😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀",
		"e\xcc\x81\xcc\x81\xcc\x81 e\xcc\x81" };

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct record record = example_record();
		char line[400];

		tap_case("%s", texts[i]);
		add_wide_rungs(&record, texts[i]);
		free(record.terminals[CLIENT]);
		snprintf(line, sizeof(line),
			"%s words and words and words and words and words and "
			"words and words and words\n\n%0300d\n",
			texts[i], 7);
		record.terminals[CLIENT] = strdup(line);
		char *text = golden_text(&record);

		EXPECT(text && width_of(text) <= 80);
		EXPECT(text && !strstr(text, " \n"));
		free(text);
		record_free(&record);
	}
}

static void a_wrapped_terminal_loses_nothing(void)
{
	struct record record = example_record();
	char line[300], *text;
	size_t digits = 0;

	free(record.terminals[SERVER]);
	snprintf(line, sizeof(line), "%0250d\n", 0);
	record.terminals[SERVER] = strdup(line);
	text = golden_text(&record);
	for (const char *p = text ? strstr(text, "the server's") : NULL;
		p && *p; p++)
		digits += *p == '0';
	EXPECT_INT(250, digits);
	free(text);
	record_free(&record);
}

static void states_and_calls_keep_their_columns(void)
{
	struct record record = example_record();
	char *text = golden_text(&record), *line;
	int lines = 0;

	/* Arrows begin and end in the same two columns. */
	for (line = text; line && *line; line = strchr(line, '\n') + 1) {
		size_t len = strcspn(line, "\n");
		char *right = memmem(line, len, "▶", 3);

		if (!right)
			continue;
		*right = '\0';
		EXPECT_INT(46, width_of(line));
		*right = '\xe2';
		lines++;
	}
	EXPECT_INT(3, lines);
	free(text);
	record_free(&record);
}

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
			size_t width = width_of(out);

			/* One that ends on its way may end before. */
			EXPECT(width == ARROW_COLUMNS ||
				(fate == WIRE_LOST && width >= 8 &&
					width < ARROW_COLUMNS));
			EXPECT(out[strlen(out) - 1] != ' ');
		}
}

/* Where in the line that has `what` it begins, in columns; -1: nowhere. */
static int column_of(const char *text, const char *what)
{
	const char *at = strstr(text, what), *line = at;
	char before[400];

	while (line && line > text && line[-1] != '\n')
		line--;
	if (!at || (size_t)(at - line) >= sizeof(before))
		return -1;
	snprintf(before, sizeof(before), "%.*s", (int)(at - line), line);
	return (int)width_of(before);
}

static void wide_characters_keep_the_columns(void)
{
	struct record record = example_record();

	example_add_rung(&record, CLIENT, "send", "你好", "6");
	example_add_change(&record, CLIENT, "data 6", NULL, "WIDE");
	example_add_rung(
		&record, CLIENT, "send", "中文中文中文中文中文中文", "36");
	example_add_change(&record, CLIENT, "data 36", NULL, "LONG");
	example_add_rung(&record, CLIENT, "send", "e\xcc\x81😀", "7");
	example_add_change(&record, CLIENT, "data 7", NULL, "EMOJI");
	char *text = golden_text(&record);

	if (EXPECT(text)) {
		EXPECT(strstr(text, "send \"你好\" = 6 "));
		EXPECT(strstr(text, "send \"中文中文中文…\" "));
		EXPECT_INT(LADDER_SERVER_STATE_AT, column_of(text, "WIDE"));
		EXPECT_INT(LADDER_SERVER_STATE_AT, column_of(text, "LONG"));
		EXPECT_INT(LADDER_SERVER_STATE_AT, column_of(text, "EMOJI"));
	}
	free(text);
	record_free(&record);
}

static void a_failed_play_marks_its_row_and_says_why_last(void)
{
	struct record record = example_record();

	record_fail(&record, 0, 0.5);
	record.failure = strdup("x.lab:3: why");
	char *text = golden_text(&record);
	char *why = example_drawn(ladder_write_failure, &record);

	if (EXPECT(text && why)) {
		EXPECT(strstr(text, "\n!                      gone        "));
		EXPECT_INT(1, example_count(text, "\n!"));
		EXPECT_TEXT("\n! x.lab:3: why\n", why);
	}
	free(text);
	free(why);

	tap_case("between two rows");
	record.rungs[record.rung_count - 1].failed = false;
	record_fail(&record, record.rung_count, 0.6);
	text = golden_text(&record);
	EXPECT(text && strstr(text, "\n! the play failed here\n"));
	free(text);
	record_free(&record);

	tap_case("one that did not fail");
	record = example_record();
	why = example_drawn(ladder_write_failure, &record);
	EXPECT_TEXT("", why ? why : "?");
	free(why);
	record_free(&record);
}

static void several_connections_are_told_apart(void)
{
	struct record record = example_record();

	for (size_t i = 0; i < record.rung_count; i++)
		record.rungs[i].connection = i < 2 ? 1 : 12;
	example_add_rung(&record, CLIENT, NULL, NULL, NULL);
	example_add_change(&record, CLIENT, NULL, "CLOSE_WAIT", NULL);
	record.rungs[record.rung_count - 1].connection = 1;
	char *text = golden_text(&record);

	if (EXPECT(text)) {
		EXPECT(strstr(
			text, "\n  [1] connect          ESTABLISHED ─── "));
		EXPECT(strstr(text, " ESTABLISHED [1] accept\n"));
		EXPECT(strstr(text, "\n  [12] send \"data1\"     "));
		EXPECT(strstr(text, " ──[12] RST─▶ gone\n"));
		EXPECT(strstr(text, " CLOSE_WAIT  [1]\n"));
		EXPECT(width_of(text) <= 80);
	}
	free(text);
	record_free(&record);
}

static void what_a_stranger_wrote_drives_no_terminal(void)
{
	struct record record = example_record();

	free(record.title);
	free(record.asks);
	free(record.terminals[SERVER]);
	record.title = strdup("\x1b[2J");
	record.asks = strdup("\xc2\x9b");
	record.terminals[SERVER] = strdup("a\x1b]0;owned\x07\n\xff\\xfe\n");
	record_fail(&record, 0, 0.5);
	record.failure = strdup("\x1b[31m\nsecond");
	char *text = golden_text(&record);
	char *why = example_drawn(ladder_write_failure, &record);

	if (EXPECT(text && why)) {
		EXPECT(!strpbrk(text, "\x1b\x07") && !strpbrk(why, "\x1b"));
		EXPECT(strstr(text, "name: \\x1b[2J\n\\xc2\\x9b\n"));
		EXPECT(strstr(
			text, "    a\\x1b]0;owned\\x07\n    \\xff\\xfe\n"));
		EXPECT_TEXT("\n! \\x1b[31m\n! second\n", why);
	}
	free(text);
	free(why);
	record_free(&record);
}

static void title_and_question_are_wrapped(void)
{
	struct record record = example_record();

	free(record.title);
	free(record.asks);
	record.title = strdup("words and words and words and words and words "
			      "and words and words and words");
	record.asks =
		strdup("中文中文中文中文中文中文中文中文中文中文中文中文中文"
		       "中文中文中文中文中文中文中文中文");
	char *text = golden_text(&record);

	EXPECT(text && width_of(text) <= 80);
	EXPECT(text && strstr(text, " words and\nwords\n中文"));
	EXPECT(text && strstr(text, "文\n中文\n\n  client "));
	free(text);
	record_free(&record);
}

const struct tap_test tests_lab_ladder[] = {
	{ "ladder: a record is a ladder with both terminals below it",
		a_record_is_a_ladder_with_both_terminals },
	{ "ladder: what was not observed is not drawn",
		what_was_not_observed_is_not_drawn },
	{ "ladder: no line is wider than 80 columns or ends in space",
		no_line_is_wider_than_the_page },
	{ "ladder: a terminal's line that is wrapped loses nothing",
		a_wrapped_terminal_loses_nothing },
	{ "ladder: title and question are wrapped",
		title_and_question_are_wrapped },
	{ "ladder: arrows keep their columns",
		states_and_calls_keep_their_columns },
	{ "ladder: wide and combining characters keep the columns",
		wide_characters_keep_the_columns },
	{ "ladder: what became of a segment is seen",
		what_became_of_a_segment_is_seen },
	{ "ladder: what waited and is lost left in another row",
		what_waited_and_is_lost_left_in_another_row },
	{ "ladder: an arrow says of which connection, and that it is a copy",
		an_arrow_says_whose_and_what_it_is },
	{ "ladder: every arrow fills its column, and no more",
		every_arrow_fills_its_column },
	{ "ladder: several connections are told apart",
		several_connections_are_told_apart },
	{ "ladder: a failed play marks its row, and says why last",
		a_failed_play_marks_its_row_and_says_why_last },
	{ "ladder: what a stranger wrote drives no terminal",
		what_a_stranger_wrote_drives_no_terminal },
	{ NULL, NULL },
};
