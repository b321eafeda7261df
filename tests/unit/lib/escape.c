/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/text/escape.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/unit/tap.h"

/* escape_text() of `len` bytes that stand alone in memory. */
static void expect_escaped(const char *expected, const char *bytes, size_t len)
{
	char *alone = malloc(len ? len : 1);
	char *out = malloc(ESCAPE_SIZE(len));

	if (EXPECT(alone && out)) {
		memcpy(alone, bytes, len);
		EXPECT_INT(strlen(expected), escape_text(out, alone, len));
		EXPECT_TEXT(expected, out);
	}
	free(alone);
	free(out);
}

#define EXPECT_ESCAPED(expected, literal) \
	expect_escaped(expected, literal, sizeof(literal) - 1)

struct pair {
	const char *in, *out;
};

static void expect_pairs(const struct pair *pairs, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		tap_case("%s", pairs[i].out);
		expect_escaped(pairs[i].out, pairs[i].in, strlen(pairs[i].in));
	}
}

#define EXPECT_PAIRS(pairs) \
	expect_pairs(pairs, sizeof(pairs) / sizeof(*(pairs)))

static void printable_text_is_left(void)
{
	EXPECT_ESCAPED("", "");
	EXPECT_ESCAPED("data1", "data1");
	for (int c = ' '; c <= '~'; c++) {
		char text[] = { (char)c, '\0' };

		tap_case("%d", c);
		if (c != '\\')
			expect_escaped(text, text, 1);
	}
	tap_case("2, 3 and 4 bytes");
	EXPECT_ESCAPED("é ß € 中 😀", "é ß € 中 😀");
}

static void three_have_short_escapes(void)
{
	EXPECT_ESCAPED("\\\\", "\\");
	EXPECT_ESCAPED("\\n", "\n");
	EXPECT_ESCAPED("\\t", "\t");
	EXPECT_ESCAPED("a\\nb\\\\n\\t", "a\nb\\n\t");
}

static void c0_and_del_are_hexadecimal(void)
{
	for (unsigned c = 0; c <= 0x7f; c++) {
		char byte = (char)c, expected[8];

		if ((c >= ' ' && c < 0x7f) || c == '\n' || c == '\t')
			continue;
		tap_case("%u", c);
		snprintf(expected, sizeof(expected), "\\x%02x", c);
		expect_escaped(expected, &byte, 1);
	}
}

static void c1_is_hexadecimal(void)
{
	for (unsigned c = 0x80; c <= 0x9f; c++) {
		char bytes[] = { (char)0xc2, (char)c }, expected[12];

		tap_case("U+%04X", c);
		snprintf(expected, sizeof(expected), "\\xc2\\x%02x", c);
		expect_escaped(expected, bytes, 2);
	}
	tap_case("U+00A0");
	EXPECT_ESCAPED("\u00a0", "\u00a0");
}

static void bidirectional_controls_are_hexadecimal(void)
{
	static const struct pair controls[] = {
		{ "\u061c", "\\xd8\\x9c" },
		{ "\u200e", "\\xe2\\x80\\x8e" },
		{ "\u200f", "\\xe2\\x80\\x8f" },
		{ "\u202a", "\\xe2\\x80\\xaa" },
		{ "\u202b", "\\xe2\\x80\\xab" },
		{ "\u202c", "\\xe2\\x80\\xac" },
		{ "\u202d", "\\xe2\\x80\\xad" },
		{ "\u202e", "\\xe2\\x80\\xae" },
		{ "\u2066", "\\xe2\\x81\\xa6" },
		{ "\u2067", "\\xe2\\x81\\xa7" },
		{ "\u2068", "\\xe2\\x81\\xa8" },
		{ "\u2069", "\\xe2\\x81\\xa9" },
	};
	static const struct pair neighbours[] = {
		{ "\u061b", "\u061b" },
		{ "\u200d", "\u200d" },
		{ "\u2010", "\u2010" },
		{ "\u202f", "\u202f" },
		{ "\u206a", "\u206a" },
	};

	EXPECT_PAIRS(controls);
	EXPECT_PAIRS(neighbours);
}

static void line_separators_break_no_line(void)
{
	char out[ESCAPE_SIZE(3)];

	escape_text(out, "\u2028", 3);
	EXPECT(strlen(out) == 3 || !strcmp(out, "\\xe2\\x80\\xa8"));
	escape_text(out, "\u2029", 3);
	EXPECT(strlen(out) == 3 || !strcmp(out, "\\xe2\\x80\\xa9"));
}

static void invalid_utf8_is_hexadecimal(void)
{
	static const struct pair pairs[] = {
		/* A continuation, or a byte that UTF-8 never has, alone. */
		{ "\x80", "\\x80" },
		{ "\xbf", "\\xbf" },
		{ "a\x9b"
		  "2J",
			"a\\x9b2J" },
		{ "\xf8\x88\x80\x80\x80", "\\xf8\\x88\\x80\\x80\\x80" },
		{ "\xfc", "\\xfc" },
		{ "\xfe\xff", "\\xfe\\xff" },
		/* Overlong. */
		{ "\xc0\x80", "\\xc0\\x80" },
		{ "\xc1\xbf", "\\xc1\\xbf" },
		{ "\xc0\x9b", "\\xc0\\x9b" },
		{ "\xe0\x80\x9b", "\\xe0\\x80\\x9b" },
		{ "\xe0\x9f\xbf", "\\xe0\\x9f\\xbf" },
		{ "\xf0\x80\x80\x9b", "\\xf0\\x80\\x80\\x9b" },
		{ "\xf0\x8f\xbf\xbf", "\\xf0\\x8f\\xbf\\xbf" },
		/* Surrogates. */
		{ "\xed\xa0\x80", "\\xed\\xa0\\x80" },
		{ "\xed\xbf\xbf", "\\xed\\xbf\\xbf" },
		{ "\xed\xa0\xbd\xed\xb8\x80",
			"\\xed\\xa0\\xbd\\xed\\xb8\\x80" },
		/* Above U+10FFFF. */
		{ "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80" },
		{ "\xf5\x80\x80\x80", "\\xf5\\x80\\x80\\x80" },
		{ "\xf7\xbf\xbf\xbf", "\\xf7\\xbf\\xbf\\xbf" },
	};

	EXPECT_PAIRS(pairs);
}

static void truncated_utf8_is_hexadecimal(void)
{
	static const struct pair pairs[] = {
		/* At the end. */
		{ "\xc3", "\\xc3" },
		{ "a\xe2", "a\\xe2" },
		{ "\xe2\x82", "\\xe2\\x82" },
		{ "\xf0\x9f\x98", "\\xf0\\x9f\\x98" },
		/* In the middle: what follows is not swallowed. */
		{ "\xc3z", "\\xc3z" },
		{ "\xe2\x82z", "\\xe2\\x82z" },
		{ "\xf0\x9f\x98z", "\\xf0\\x9f\\x98z" },
		{ "\xe2é", "\\xe2é" },
		{ "\xc3\n", "\\xc3\\n" },
		{ "\xe2\x82\x1b[2J", "\\xe2\\x82\\x1b[2J" },
	};

	EXPECT_PAIRS(pairs);
	tap_case("one of three bytes, the others behind the end");
	expect_escaped("\\xe2", "\xe2\x82\xac", 1);
}

static void the_ends_of_utf8_are_left(void)
{
	static const struct pair pairs[] = {
		{ "\xdf\xbf", "\xdf\xbf" },
		{ "\xe0\xa0\x80", "\xe0\xa0\x80" },
		{ "\xed\x9f\xbf", "\xed\x9f\xbf" },
		{ "\xee\x80\x80", "\xee\x80\x80" },
		{ "\xef\xbf\xbf", "\xef\xbf\xbf" },
		{ "\xf0\x90\x80\x80", "\xf0\x90\x80\x80" },
		{ "\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf" },
	};

	EXPECT_PAIRS(pairs);
}

static void nul_is_a_byte_like_others(void)
{
	EXPECT_ESCAPED("a\\x00b", "a\0b");
	EXPECT_ESCAPED("\\x00", "\0");
}

static void no_bytes_may_be_nowhere(void)
{
	char out[ESCAPE_LINE_SIZE] = "x";

	EXPECT_INT(0, escape_text(out, NULL, 0));
	EXPECT_TEXT("", out);
	EXPECT_TEXT("", escape_line(out, NULL, 0));
}

static void the_size_is_enough(void)
{
	char bytes[64], out[ESCAPE_SIZE(sizeof(bytes))];

	memset(bytes, 0xff, sizeof(bytes));
	EXPECT_INT(sizeof(out) - 1, escape_text(out, bytes, sizeof(bytes)));
}

static void a_cut_splits_no_character(void)
{
	static const struct {
		const char *text;
		size_t max, expected;
	} cuts[] = {
		{ "abc", 3, 3 },
		{ "abc", 9, 3 },
		{ "abc", 2, 2 },
		{ "abc", 0, 0 },
		{ "aé", 2, 1 },
		{ "aé", 3, 3 },
		{ "é", 1, 0 },
		{ "a€", 2, 1 },
		{ "a€", 3, 1 },
		{ "a€", 4, 4 },
		{ "a😀b", 2, 1 },
		{ "a😀b", 3, 1 },
		{ "a😀b", 4, 1 },
		{ "a😀b", 5, 5 },
		{ "éé", 2, 2 },
		/* Where nothing is well-formed, nothing can be split. */
		{ "\x80\x80\x80\x80\x80", 3, 3 },
		{ "\xff\xff\xff\xff\xff", 2, 2 },
		{ "\xf0\x9f\x98zz", 3, 3 },
		{ "aa\xe2\x82", 3, 3 },
	};

	for (size_t i = 0; i < sizeof(cuts) / sizeof(*cuts); i++) {
		tap_case("case %zu, max %zu", i, cuts[i].max);
		EXPECT_INT(cuts[i].expected,
			escape_cut(cuts[i].text, strlen(cuts[i].text),
				cuts[i].max));
	}
}

static void a_line_is_cut_after_200_bytes(void)
{
	char text[202], expected[220], out[ESCAPE_LINE_SIZE];

	memset(text, 'x', sizeof(text));
	snprintf(expected, sizeof(expected), "%.200s", text);
	tap_case("200");
	EXPECT_TEXT(expected, escape_line(out, text, 200));
	tap_case("201");
	strcat(expected, "…");
	EXPECT_TEXT(expected, escape_line(out, text, 201));
	tap_case("a character over the bound");
	memcpy(text + 199, "é", 2);
	snprintf(expected, sizeof(expected), "%.199s…", text);
	EXPECT_TEXT(expected, escape_line(out, text, 201));
}

static void a_line_of_controls_fits(void)
{
	char text[300], out[ESCAPE_LINE_SIZE];

	memset(text, 1, sizeof(text));
	EXPECT_INT(200 * 4 + strlen("…"),
		strlen(escape_line(out, text, sizeof(text))));
}

static void expect_resolved(
	const char *text, const char *expected, size_t expected_len)
{
	size_t len = strlen(text);
	char *copy = malloc(len ? len : 1);

	tap_case("%s", text);
	if (EXPECT(copy)) {
		memcpy(copy, text, len);
		EXPECT(escape_resolve(copy, &len));
		EXPECT_BYTES(expected, expected_len, copy, len);
	}
	free(copy);
}

#define EXPECT_RESOLVED(text, expected) \
	expect_resolved(text, expected, sizeof(expected) - 1)

static void words_are_a_line(void)
{
	static const struct {
		const char *in, *out;
		size_t size;
	} all[] = {
		{ "", "", 4 },
		{ " \n\t", "", 4 },
		{ "one", "one", 4 },
		{ "\r\n one  two\n\nthree\t\n", "one two three", 14 },
		{ "one  two three", "one two t…", 13 },
		{ "one two", "one…", 7 },
		{ "one two", "one two", 8 },
		{ "a\033b\\", "a\\x1bb\\\\", 80 },
		{ "a\033b", "a…", 6 },
		{ "äöü", "ä…", 6 },
		{ "äöü", "äöü", 7 },
		{ "\xff\xff", "…", 5 },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		char *out = malloc(all[i].size);

		tap_case("%s in %zu", all[i].in, all[i].size);
		if (EXPECT(out))
			EXPECT_TEXT(all[i].out,
				escape_words(out, all[i].size, all[i].in,
					strlen(all[i].in)));
		free(out);
	}
}

static void c_escapes_are_resolved(void)
{
	EXPECT_RESOLVED("", "");
	EXPECT_RESOLVED("plain", "plain");
	EXPECT_RESOLVED("\\a\\b\\e\\f\\n\\r\\t\\v", "\a\b\033\f\n\r\t\v");
	EXPECT_RESOLVED("\\\\", "\\");
	EXPECT_RESOLVED("\\\"", "\"");
	EXPECT_RESOLVED("\\'", "'");
	EXPECT_RESOLVED("\\?", "?");
	EXPECT_RESOLVED("GET / HTTP/1.0\\r\\n\\r\\n", "GET / HTTP/1.0\r\n\r\n");
	EXPECT_RESOLVED("\\\\n", "\\n");
	EXPECT_RESOLVED("é\\té", "é\té");
}

static void octal_has_up_to_three_digits(void)
{
	EXPECT_RESOLVED("\\0", "\0");
	EXPECT_RESOLVED("\\7x", "\ax");
	EXPECT_RESOLVED("\\018", "\0018");
	EXPECT_RESOLVED("\\101", "A");
	EXPECT_RESOLVED("\\1011", "A1");
	EXPECT_RESOLVED("\\377", "\xff");
	EXPECT_RESOLVED("\\0000", "\0000");
}

static void hexadecimal_has_one_or_two_digits(void)
{
	EXPECT_RESOLVED("\\x0", "\0");
	EXPECT_RESOLVED("\\x41", "A");
	EXPECT_RESOLVED("\\x7g", "\ag");
	EXPECT_RESOLVED("\\xff\\xFF\\xaB", "\xff\xff\xab");
	EXPECT_RESOLVED("\\x414", "A4");
	EXPECT_RESOLVED("\\x41\\x42", "AB");
}

static void errors_point_to_the_backslash(void)
{
	static const struct {
		const char *text;
		size_t at;
	} bad[] = {
		{ "\\", 0 },
		{ "abc\\", 3 },
		{ "\\\\\\", 2 },
		{ "\\q", 0 },
		{ "ab\\z", 2 },
		{ "\\8", 0 },
		{ "\\9", 0 },
		{ "\\x", 0 },
		{ "\\xg1", 0 },
		{ "\\n\\x", 2 },
		{ "\\400", 0 },
		{ "\\777", 0 },
		{ "\\X41", 0 },
		{ "\\N", 0 },
		{ "\\ ", 0 },
		{ "\\\xc3\xa9", 0 },
		{ "a\\tb\\u0041", 4 },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		size_t len = strlen(bad[i].text);
		char *copy = malloc(len);

		tap_case("%s", bad[i].text);
		if (!EXPECT(copy))
			return;
		memcpy(copy, bad[i].text, len);
		EXPECT(!escape_resolve(copy, &len));
		EXPECT_INT(bad[i].at, len);
		free(copy);
	}
}

static void every_byte_comes_back(void)
{
	char bytes[256], out[ESCAPE_SIZE(sizeof(bytes))];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)i;
	size_t len = escape_text(out, bytes, sizeof(bytes));

	EXPECT(escape_resolve(out, &len));
	EXPECT_BYTES(bytes, sizeof(bytes), out, len);
}

static void what_drives_no_terminal_is_harmless(void)
{
	static const struct {
		const char *text;
		bool harmless;
	} cases[] = {
		{ "", true },
		{ "plain \"text\" 'x' \\ back", true },
		{ "\\\\", true },
		{ "größer — 日本", true },
		{ "\x1b[2J", false },
		{ "a\tb", false },
		{ "\x7f", false },
		{ "\xc2\x9b", false },
		{ "\xff", false },
		{ "\xc3", false },
		{ "\xe2\x80\xae", false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		tap_case("%zu", i);
		EXPECT(escape_is_harmless(cases[i].text,
			       strlen(cases[i].text)) == cases[i].harmless);
	}
	EXPECT(!escape_is_harmless("a\0b", 3));
	/* However long it is. */
	char *text = malloc(100000);

	if (!EXPECT(text))
		return;
	memset(text, 'x', 100000);
	EXPECT(escape_is_harmless(text, 100000));
	text[99999] = '\x1b';
	EXPECT(!escape_is_harmless(text, 100000));
	free(text);
}

const struct tap_test tests_escape[] = {
	{ "escape: printable text is left as it is", printable_text_is_left },
	{ "escape: backslash, newline and tab have short escapes",
		three_have_short_escapes },
	{ "escape: other C0 controls and DEL become \\xNN",
		c0_and_del_are_hexadecimal },
	{ "escape: C1 controls become \\xNN", c1_is_hexadecimal },
	{ "escape: bidirectional controls, and only they, become \\xNN",
		bidirectional_controls_are_hexadecimal },
	{ "escape: Unicode's line separators stay whole, either way",
		line_separators_break_no_line },
	{ "escape: lone bytes, overlong forms, surrogates and points above "
	  "U+10FFFF become \\xNN",
		invalid_utf8_is_hexadecimal },
	{ "escape: truncated UTF-8 becomes \\xNN and swallows nothing",
		truncated_utf8_is_hexadecimal },
	{ "escape: the first and last characters of each length are left",
		the_ends_of_utf8_are_left },
	{ "escape: NUL is escaped and ends nothing",
		nul_is_a_byte_like_others },
	{ "escape: no bytes at NULL are the empty text",
		no_bytes_may_be_nowhere },
	{ "escape: ESCAPE_SIZE is what the worst text needs",
		the_size_is_enough },
	{ "escape: a cut splits no character", a_cut_splits_no_character },
	{ "escape: a line is cut after 200 bytes, with an ellipsis",
		a_line_is_cut_after_200_bytes },
	{ "escape: a line of control characters fits its size",
		a_line_of_controls_fits },
	{ "escape: words are a line, with single blanks, cut by an ellipsis",
		words_are_a_line },
	{ "escape: every C escape is resolved", c_escapes_are_resolved },
	{ "escape: octal escapes have one to three digits",
		octal_has_up_to_three_digits },
	{ "escape: hexadecimal escapes have one or two digits",
		hexadecimal_has_one_or_two_digits },
	{ "escape: an unknown or unfinished escape gives its offset",
		errors_point_to_the_backslash },
	{ "escape: every byte comes back from its escape",
		every_byte_comes_back },
	{ "escape: harmless is what drives no terminal, however long",
		what_drives_no_terminal_is_harmless },
	{ NULL, NULL },
};
