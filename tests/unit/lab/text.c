/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gracelab/record/text.h"

#include <stdio.h>
#include <stdlib.h>

#include "lib/text/escape.h"
#include "tests/unit/tap.h"

static void columns_are_characters(void)
{
	EXPECT_INT(0, text_columns(""));
	EXPECT_INT(3, text_columns("abc"));
	EXPECT_INT(3, text_columns("─é▶"));
	EXPECT_INT(6, text_bytes_of("─▶", 2));
	EXPECT_INT(3, text_bytes_of("─▶", 1));
	EXPECT_INT(0, text_bytes_of("─▶", 0));
	EXPECT_INT(6, text_bytes_of("─▶", 9));
}

static void wide_characters_have_two_columns_and_combining_none(void)
{
	/* Whatever the locale is that a user has. */
	setenv("LC_ALL", "C", 1);
	EXPECT_INT(4, text_columns("你好"));
	EXPECT_INT(2, text_columns("😀"));
	EXPECT_INT(1, text_columns("e\xcc\x81"));
	EXPECT_INT(2, text_columns("\xff\xe4"));
	/* Half a character is none; what combines belongs to what it is on. */
	EXPECT_INT(3, text_bytes_of("你好", 3));
	EXPECT_INT(0, text_bytes_of("你好", 1));
	EXPECT_INT(3, text_bytes_of("e\xcc\x81x", 1));
	unsetenv("LC_ALL");
}

static void a_rung_is_measured_as_it_is_shown(void)
{
	const struct rung rung = { .call = (char *)"se\x1bnd",
		.text = (char *)"a\x1b[31m\n",
		.result = (char *)"\xff",
		.segment = (char *)"data\x07" };
	struct rung fit;

	if (!EXPECT(text_fit(&fit, &rung, escape_shown)))
		return;
	EXPECT_TEXT("se\\x1bnd", fit.call);
	EXPECT_TEXT("a\\x1b[31m\\x0a", fit.text);
	EXPECT_TEXT("\\xff", fit.result);
	EXPECT_TEXT("data\\x07", fit.segment);
	EXPECT(!fit.states[0]);
	record_free_rung(&fit);
}

static void a_label_fits_its_columns(void)
{
	static const struct {
		char *call, *text, *result;
		const char *first, *second;
	} cases[] = {
		{ "close", NULL, "0", "close = 0", "" },
		{ "connect", NULL, NULL, "connect", "" },
		{ "send", "data1", "5", "send \"data1\" = 5", "" },
		{ "send", "", "0", "send \"\" = 0", "" },
		{ "send", "123456789", "9", "send \"123456789\" = 9", "" },
		{ "send", "1234567890", "10", "send \"1234567890\"", "  = 10" },
		{ "send", "12345678901234", "EPIPE", "send \"1234567890123…\"",
			"  = EPIPE" },
		{ "send", "1234567890123", "EPIPE", "send \"1234567890123\"",
			"  = EPIPE" },
		{ "send", "ééééééééééééé", NULL, "send \"ééééééééééééé\"", "" },
		{ "send", "éééééééééééééé", NULL, "send \"éééééééééééé…\"",
			"" },
		{ "shutdown rdwr", NULL, "ENOTCONN", "shutdown rdwr",
			"  = ENOTCONN" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct rung rung = { .call = cases[i].call,
			.text = cases[i].text,
			.result = cases[i].result };
		char first[TEXT_LABEL_SIZE], second[TEXT_LABEL_SIZE];

		tap_case("%zu", i);
		text_label(&rung, 20, first, second);
		EXPECT(text_columns(first) <= 20);
		EXPECT(text_columns(second) <= 20);
		if (i != 6)
			EXPECT_TEXT(cases[i].first, first);
		EXPECT_TEXT(cases[i].second, second);
	}
}

static void a_label_of_any_width_keeps_to_it(void)
{
	const struct rung rung = { .call = "send",
		.text = "éééééééééééééééééééééééééééééééééééééééééééééééééé"
			"éééééééééééééééééééééééééééééééééééééééééééééééééé",
		.result = "5" };
	char first[TEXT_LABEL_SIZE], second[TEXT_LABEL_SIZE];

	for (size_t columns = 8; columns <= 100; columns++) {
		tap_case("%zu columns", columns);
		text_label(&rung, columns, first, second);
		EXPECT_INT(columns, text_columns(first));
		EXPECT_TEXT("  = 5", second);
	}
}

/* A text of `count` times `part`, for free(). */
static char *repeated(const char *part, size_t count)
{
	char *text = calloc(count, strlen(part) + 1);

	for (size_t i = 0; text && i < count; i++)
		strcat(text, part);
	return text;
}

static void no_text_is_too_wide_or_too_long(void)
{
	static const char *const parts[] = { "x", "你", "😀", "\xcc\x81",
		"e\xcc\x81", "\xff", "a \"b\" " };
	static const unsigned connections[] = { 0, 1, 4294967295 };

	for (size_t i = 0; i < 3 * sizeof(parts) / sizeof(*parts); i++) {
		char *call = repeated(parts[i / 3], i & 1 ? 300 : 3);
		char *text = repeated(parts[i / 3], i & 2 ? 300 : 11);
		const struct rung rung = { .call = call,
			.text = text,
			.result = text,
			.segment = text,
			.copy = i & 1,
			.connection = connections[i % 3] };
		char first[TEXT_LABEL_SIZE], second[TEXT_LABEL_SIZE];

		for (size_t columns = 8; columns < 40; columns++) {
			tap_case("%zu in %zu", i, columns);
			text_label(&rung, columns, first, second);
			EXPECT(text_columns(first) <= columns);
			EXPECT(text_columns(second) <= columns);
			text_segment(&rung, columns, first);
			EXPECT(text_columns(first) <= columns);
			text_cut(first, columns, text);
			EXPECT(text_columns(first) <= columns);
		}
		free(call);
		free(text);
	}
}

static void a_line_is_wrapped_at_spaces(void)
{
	static const struct {
		const char *line, *first;
		size_t columns;
	} cases[] = {
		{ "one two three", "one two three", 13 },
		{ "one two three", "one two", 12 },
		{ "one two three", "one two", 7 },
		{ "one two three", "one", 6 },
		{ "onetwothree", "onetwo", 6 },
		{ "éééé ééé", "éééé", 7 },
		{ "ééééééé", "éééé", 4 },
		{ "", "", 4 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char *text = NULL;
		size_t size, len = strlen(cases[i].line);
		FILE *out = open_memstream(&text, &size);

		tap_case("%s in %zu", cases[i].line, cases[i].columns);
		if (!EXPECT(out))
			return;
		size_t taken = text_write_wrapped(
			out, cases[i].line, len, cases[i].columns);

		fclose(out);
		EXPECT_TEXT(cases[i].first, text);
		EXPECT(taken >= size && taken <= len && taken <= size + 1);
		EXPECT(len == 0 || taken > 0);
		free(text);
	}
}

static void ascii_is_ascii_of_the_same_width(void)
{
	static const char text[] = "── data ─▶ ◀─ é… ╌╌═✕\n\xf0\x9f\x98\x80x\n";
	char *ascii = NULL;
	size_t size;
	FILE *out = open_memstream(&ascii, &size);

	if (!EXPECT(out))
		return;
	text_write_ascii(out, text);
	fclose(out);
	for (size_t i = 0; i < size; i++)
		EXPECT((unsigned char)ascii[i] < 0x80);
	EXPECT_INT(text_columns(text), size);
	EXPECT(strstr(ascii, "??x") && strstr(ascii, "~ ..=x"));
	EXPECT(!strncmp(ascii, "-- data -> <- ", 14));
	free(ascii);
}

const struct tap_test tests_lab_text[] = {
	{ "text: a column is a character", columns_are_characters },
	{ "text: wide characters have two columns, combining ones none",
		wide_characters_have_two_columns_and_combining_none },
	{ "text: a rung is measured as it is shown, escaped",
		a_rung_is_measured_as_it_is_shown },
	{ "text: none is wider than it may be, whatever it is",
		no_text_is_too_wide_or_too_long },
	{ "text: a label fits its columns, the result on a second line",
		a_label_fits_its_columns },
	{ "text: a label of any width keeps to it",
		a_label_of_any_width_keeps_to_it },
	{ "text: a line is wrapped at a space if it has one",
		a_line_is_wrapped_at_spaces },
	{ "text: ASCII is ASCII, and of the same width",
		ascii_is_ascii_of_the_same_width },
	{ NULL, NULL },
};
