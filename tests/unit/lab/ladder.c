/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A record as text: the ladder and its arrows. */
#include "gracelab/record/ladder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "example.h"
#include "gracelab/record/golden.h"
#include "tests/unit/tap.h"

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
		("中文中文中文中文中文中文中文中文中文中文中文中文中文中文中文"
		 "中"
		 "文中文中文"),
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

		EXPECT(text && example_width(text) <= 80);
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
		EXPECT_INT(46, example_width(line));
		*right = '\xe2';
		lines++;
	}
	EXPECT_INT(3, lines);
	free(text);
	record_free(&record);
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
	return (int)example_width(before);
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
		EXPECT(example_width(text) <= 80);
	}
	free(text);
	record_free(&record);
}

static void records_stand_below_their_call(void)
{
	static const struct tls_record records[] = {
		{ .type = TLS_ALERT, .version = TLS_RECORD_1_3 },
		{ .type = TLS_APPLICATION_DATA,
			.encrypted = true,
			.length = 23 },
		{ .type = TLS_HANDSHAKE,
			.message_count = 2,
			.messages = { 8, 11 } },
	};
	struct record record = example_record();

	for (int side = 0; side < SIDES; side++) {
		example_add_rung(&record, side, "send", "Hi, data1", "31");
		struct rung *rung = &record.rungs[record.rung_count - 1];

		rung->records = tls_record_copy(records, 3);
		rung->record_count = 3;
	}
	char *text = golden_text(&record);

	/* Each whole, in lines that end with a word or a part of a name. */
	EXPECT(strstr(text,
		"\n  send \"Hi, data1\""
		"\n    = 31"
		"\n    alert close_notify"
		"\n    encrypted record"
		"\n    (23 bytes)"
		"\n    handshake"
		"\n    encrypted_"
		"\n    extensions"
		"\n    +certificate\n"));
	EXPECT(strstr(text,
		"\n                                                            "
		"  alert close_notify\n"));
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

	EXPECT(text && example_width(text) <= 80);
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
	{ "ladder: several connections are told apart",
		several_connections_are_told_apart },
	{ "ladder: a failed play marks its row, and says why last",
		a_failed_play_marks_its_row_and_says_why_last },
	{ "ladder: TLS records stand below their call",
		records_stand_below_their_call },
	{ "ladder: what a stranger wrote drives no terminal",
		what_a_stranger_wrote_drives_no_terminal },
	{ NULL, NULL },
};
