/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/base/lines.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/unit/tap.h"

#define LITERAL(text) text, sizeof(text) - 1

/* What a pipe takes at once for sure. */
#define PIECE_BYTES 4096

struct source {
	struct lines lines;
	int in, out; /* a pipe */
};

static struct source open_source(void)
{
	struct source source = { .in = -1, .out = -1 };
	int ends[2];

	if (EXPECT(!pipe(ends))) {
		source.in = ends[0];
		source.out = ends[1];
	}
	return source;
}

static void close_source(struct source *source)
{
	close(source->in);
	if (source->out >= 0)
		close(source->out);
	lines_free(&source->lines);
}

/* Writes and reads `len` bytes, `piece` at a time. */
static void feed(
	struct source *source, const char *bytes, size_t len, size_t piece)
{
	while (len) {
		size_t now = len < piece ? len : piece;

		if (!EXPECT_INT(now, write(source->out, bytes, now)) ||
			!EXPECT_INT(1, lines_read(&source->lines, source->in)))
			return;
		bytes += now;
		len -= now;
	}
}

static void end(struct source *source)
{
	close(source->out);
	source->out = -1;
	EXPECT_INT(0, lines_read(&source->lines, source->in));
	EXPECT(source->lines.ended);
}

/* The next line must be this; its last byte and the one behind it are ours. */
static void expect_line(struct source *source, const char *bytes, size_t len)
{
	char *line = NULL;
	size_t got = SIZE_MAX;

	if (!EXPECT_INT(LINES_TAKEN, lines_take(&source->lines, &line, &got)))
		return;
	if (EXPECT_BYTES(bytes, len, line, got))
		line[got] = '\0';
}

static void expect_result(struct source *source, enum lines_result expected)
{
	char *line;
	size_t len;

	EXPECT_INT(expected, lines_take(&source->lines, &line, &len));
}

static void nothing_gives_no_line(void)
{
	struct source source = open_source();

	expect_result(&source, LINES_NONE);
	EXPECT(!lines_exhausted(&source.lines));
	end(&source);
	expect_result(&source, LINES_NONE);
	EXPECT(lines_exhausted(&source.lines));
	close_source(&source);
}

static void all_that_come_together_are_taken(void)
{
	struct source source = open_source();

	feed(&source, LITERAL("data1\ndata2\n\nclose\n"), PIECE_BYTES);
	expect_line(&source, LITERAL("data1"));
	expect_line(&source, LITERAL("data2"));
	expect_line(&source, LITERAL(""));
	expect_line(&source, LITERAL("close"));
	expect_result(&source, LINES_NONE);
	end(&source);
	EXPECT(lines_exhausted(&source.lines));
	close_source(&source);
}

static void pieces_make_a_line_whole(void)
{
	static const char text[] = "data1\ndata2\r\n\xc3\xa9\n";

	for (size_t piece = 1; piece < sizeof(text); piece++) {
		struct source source = open_source();

		tap_case("pieces of %zu", piece);
		feed(&source, LITERAL(text), piece);
		expect_line(&source, LITERAL("data1"));
		expect_line(&source, LITERAL("data2\r"));
		expect_line(&source, LITERAL("\xc3\xa9"));
		expect_result(&source, LINES_NONE);
		close_source(&source);
	}
}

static void half_a_line_waits_for_the_rest(void)
{
	struct source source = open_source();

	feed(&source, LITERAL("one\ntw"), PIECE_BYTES);
	expect_line(&source, LITERAL("one"));
	expect_result(&source, LINES_NONE);
	expect_result(&source, LINES_NONE);
	feed(&source, LITERAL("o"), PIECE_BYTES);
	expect_result(&source, LINES_NONE);
	feed(&source, LITERAL("\nthree"), PIECE_BYTES);
	expect_line(&source, LITERAL("two"));
	expect_result(&source, LINES_NONE);
	close_source(&source);
}

static void the_last_needs_no_newline(void)
{
	struct source source = open_source();

	feed(&source, LITERAL("one\nlast"), PIECE_BYTES);
	expect_line(&source, LITERAL("one"));
	expect_result(&source, LINES_NONE);
	end(&source);
	EXPECT(!lines_exhausted(&source.lines));
	expect_line(&source, LITERAL("last"));
	EXPECT(lines_exhausted(&source.lines));
	expect_result(&source, LINES_NONE);
	close_source(&source);
}

static void nul_is_part_of_a_line(void)
{
	struct source source = open_source();

	feed(&source, LITERAL("a\0b\n\0\n"), PIECE_BYTES);
	expect_line(&source, LITERAL("a\0b"));
	expect_line(&source, LITERAL("\0"));
	close_source(&source);
}

/* `len` bytes, and room for one more. */
static char *long_text(size_t len)
{
	char *text = malloc(len + 1);

	if (!EXPECT(text))
		exit(EXIT_FAILURE);
	for (size_t i = 0; i < len; i++)
		text[i] = (char)('a' + i % 26);
	text[len] = '\n';
	return text;
}

static void a_mebibyte_is_a_line(void)
{
	struct source source = open_source();
	char *text = long_text(LINES_MAX_BYTES);

	EXPECT_INT(1024 * 1024, LINES_MAX_BYTES);
	feed(&source, text, LINES_MAX_BYTES, PIECE_BYTES);
	expect_result(&source, LINES_NONE);
	EXPECT(!lines_full(&source.lines));
	feed(&source, LITERAL("\nnext\n"), PIECE_BYTES);
	expect_line(&source, text, LINES_MAX_BYTES);
	expect_line(&source, LITERAL("next"));
	free(text);
	close_source(&source);
}

static void a_mebibyte_needs_no_newline_at_the_end(void)
{
	struct source source = open_source();
	char *text = long_text(LINES_MAX_BYTES);

	feed(&source, text, LINES_MAX_BYTES, PIECE_BYTES);
	end(&source);
	expect_line(&source, text, LINES_MAX_BYTES);
	EXPECT(lines_exhausted(&source.lines));
	free(text);
	close_source(&source);
}

/* `looked`: whether the line was asked for before its newline came. */
static void expect_too_long(size_t len, bool looked, bool newline)
{
	struct source source = open_source();
	char *text = long_text(len);

	tap_case("%zu bytes%s%s", len, looked ? ", looked at" : "",
		newline ? "" : ", no newline");
	feed(&source, text, len, PIECE_BYTES);
	if (looked) {
		expect_result(&source, LINES_NONE);
		expect_result(&source, LINES_NONE);
	}
	if (newline)
		feed(&source, LITERAL("\nnext\n"), PIECE_BYTES);
	end(&source);
	EXPECT(!lines_exhausted(&source.lines));
	expect_result(&source, LINES_TOO_LONG);
	if (newline)
		expect_line(&source, LITERAL("next"));
	expect_result(&source, LINES_NONE);
	EXPECT(lines_exhausted(&source.lines));
	free(text);
	close_source(&source);
}

static void a_longer_line_is_dropped_once(void)
{
	for (int way = 0; way < 4; way++) {
		expect_too_long(LINES_MAX_BYTES + 1, way & 1, way & 2);
		expect_too_long(LINES_MAX_BYTES + 2, way & 1, way & 2);
		expect_too_long(3 * LINES_MAX_BYTES, way & 1, way & 2);
	}
}

static void memory_is_bounded(void)
{
	struct source source = open_source();
	char *text = long_text(PIECE_BYTES);
	size_t most = 0;

	for (size_t i = 0; i < 16 * LINES_MAX_BYTES / PIECE_BYTES; i++) {
		feed(&source, text, PIECE_BYTES, PIECE_BYTES);
		expect_result(&source, LINES_NONE);
		if (source.lines.capacity > most)
			most = source.lines.capacity;
		if (!tap_passing())
			break;
	}
	EXPECT(most <= 3 * LINES_MAX_BYTES);
	free(text);
	close_source(&source);
}

static void full_says_when_to_read_no_further(void)
{
	struct source source = open_source();
	char *text = long_text(99);

	for (size_t i = 0; i <= LINES_MAX_BYTES; i += 100) {
		EXPECT(!lines_full(&source.lines));
		feed(&source, text, 100, 100);
	}
	EXPECT(lines_full(&source.lines));
	expect_line(&source, text, 99);
	while (lines_full(&source.lines))
		expect_line(&source, text, 99);
	expect_line(&source, text, 99);
	free(text);
	close_source(&source);
}

static void added_bytes_go_with_those_read(void)
{
	struct source source = open_source();

	EXPECT(lines_add(&source.lines, "on", 2));
	feed(&source, LITERAL("e\ntwo"), PIECE_BYTES);
	EXPECT(lines_add(&source.lines, "\n", 1));
	expect_line(&source, LITERAL("one"));
	expect_line(&source, LITERAL("two"));
	close_source(&source);
}

static void a_failing_read_tells_why(void)
{
	struct lines lines = { 0 };

	EXPECT_INT(-1, lines_read(&lines, -1));
	EXPECT_INT(EBADF, errno);
	EXPECT(!lines.ended);
	lines_free(&lines);
}

static void freed_lines_can_be_used_again(void)
{
	struct source source = open_source();

	feed(&source, LITERAL("one\ntwo"), PIECE_BYTES);
	expect_line(&source, LITERAL("one"));
	lines_free(&source.lines);
	feed(&source, LITERAL("three\n"), PIECE_BYTES);
	expect_line(&source, LITERAL("three"));
	close_source(&source);
}

const struct tap_test tests_lines[] = {
	{ "lines: nothing gives no line", nothing_gives_no_line },
	{ "lines: all lines that come together are taken",
		all_that_come_together_are_taken },
	{ "lines: pieces of any size make a line whole",
		pieces_make_a_line_whole },
	{ "lines: half a line waits for the rest",
		half_a_line_waits_for_the_rest },
	{ "lines: the last line needs no newline", the_last_needs_no_newline },
	{ "lines: NUL is part of a line", nul_is_part_of_a_line },
	{ "lines: a line may have 1 MiB", a_mebibyte_is_a_line },
	{ "lines: the last line may have 1 MiB and no newline",
		a_mebibyte_needs_no_newline_at_the_end },
	{ "lines: a longer one is dropped and told of once",
		a_longer_line_is_dropped_once },
	{ "lines: a line without end takes no more memory than 3 MiB",
		memory_is_bounded },
	{ "lines: they are full when more is held than a line needs",
		full_says_when_to_read_no_further },
	{ "lines: added bytes go with those that are read",
		added_bytes_go_with_those_read },
	{ "lines: a read that fails tells why", a_failing_read_tells_why },
	{ "lines: freed, they are empty and can be used again",
		freed_lines_can_be_used_again },
	{ NULL, NULL },
};
