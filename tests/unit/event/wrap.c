/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/event/wrap.h"

#include "lib/event/line.h"
#include "tests/unit/tap.h"

static void lines_are_cut_at_blanks(void)
{
	static const struct {
		const char *text;
		size_t columns, len, skipped;
	} list[] = {
		{ "one two", 0, 7, 0 },
		{ "one two", 7, 7, 0 },
		{ "one two", 6, 3, 1 },
		{ "one two", 3, 3, 1 },
		{ "one   two", 5, 3, 3 },
		{ "onetwo", 4, 4, 0 },
		{ " onetwo", 4, 4, 0 },
		{ "", 4, 0, 0 },
		{ "你好 世界", 4, 6, 1 },
		{ "你好世界", 3, 9, 0 },
	};

	for (size_t i = 0; i < sizeof(list) / sizeof(*list); i++) {
		size_t skipped = 77;

		tap_case("'%s' in %zu", list[i].text, list[i].columns);
		EXPECT_INT(list[i].len,
			wrap_line(list[i].text, list[i].columns, &skipped));
		EXPECT_INT(list[i].skipped, skipped);
	}
}

static void expect_line(const struct line *line, const char *expected)
{
	char out[LINE_SIZE];
	size_t len = line_format(out, line);

	EXPECT_BYTES(expected, strlen(expected), out, len);
}

static void a_line_has_mark_number_and_colour(void)
{
	expect_line(
		&(struct line){ .text = "send bytes: 5" }, "send bytes: 5\n");
	expect_line(&(struct line){ .text = "client closed", .number = 2 },
		"[2] client closed\n");
	expect_line(&(struct line){ .kind = WORDING_NOTE,
			    .text = "close = 0",
			    .number = 2,
			    .terminal = true,
			    .colour = true },
		"\033[2m* [2] close = 0\033[0m\n");
	expect_line(
		&(struct line){ .kind = WORDING_ANSWER, .text = "state: x" },
		"* state: x\n");
	expect_line(&(struct line){ .kind = WORDING_BAD_CALL,
			    .text = "send: EPIPE",
			    .terminal = true,
			    .colour = true },
		"\033[31msend: EPIPE\033[0m\n");
}

static void the_peers_text_is_told_from_ours_at_a_terminal(void)
{
	struct line line = { .kind = WORDING_RECEIVED, .text = "close = 0" };

	expect_line(&line, "close = 0\n");
	line.terminal = true;
	expect_line(&line, "< close = 0\n");
	line.colour = true;
	expect_line(&line, "\033[36mclose = 0\033[0m\n");
}

static void notes_are_wrapped_and_classic_lines_are_not(void)
{
	struct line line = { .kind = WORDING_NOTE,
		.text = "one two three four five six",
		.terminal = true,
		.columns = 20 };

	expect_line(&line, "* one two three four\n  five six\n");
	line.colour = true;
	expect_line(&line,
		"\033[2m* one two three four\033[0m\n"
		"\033[2m  five six\033[0m\n");
	line.kind = WORDING_LINE;
	expect_line(&line, "one two three four five six\n");
	line.kind = WORDING_NOTE;
	line.colour = false;
	line.columns = 19;
	expect_line(&line, "* one two three four five six\n");
}

static void the_longest_line_has_room(void)
{
	char text[LINE_TEXT_SIZE], out[LINE_SIZE];
	struct line line = { .kind = WORDING_NOTE,
		.text = text,
		.number = 4294967295,
		.terminal = true,
		.colour = true,
		.columns = 20 };

	for (size_t i = 0; i < sizeof(text) - 1; i++)
		text[i] = i % 2 ? ' ' : 'x';
	text[sizeof(text) - 1] = '\0';
	size_t len = line_format(out, &line);

	EXPECT(len < sizeof(out) && out[len - 1] == '\n');
	memset(text, 'x', sizeof(text) - 1);
	len = line_format(out, &line);
	EXPECT(len < sizeof(out) && out[len - 1] == '\n');
}

const struct tap_test tests_wrap[] = {
	{ "wrap: a text is cut at blanks, where there are some",
		lines_are_cut_at_blanks },
	{ "line: it has mark, number and colour",
		a_line_has_mark_number_and_colour },
	{ "line: at a terminal the peer's text is told from ours",
		the_peers_text_is_told_from_ours_at_a_terminal },
	{ "line: notes are wrapped, classic lines are not",
		notes_are_wrapped_and_classic_lines_are_not },
	{ "line: the longest has room", the_longest_line_has_room },
	{ NULL, NULL },
};
