/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Texts whatever bytes they are: as UTF-8, in XML, in JSON. */
#include <stdio.h>
#include <stdlib.h>

#include "lib/text/escape.h"
#include "lib/text/json_text.h"
#include "lib/text/utf8.h"
#include "lib/text/xml.h"
#include "tests/unit/tap.h"

/* The same bytes as each of the three gives them; NULL: as they are. */
static const struct {
	const char *bytes;
	size_t len;
	const char *shown, *xml, *json;
} texts[] = {
#define TEXT(literal) (literal), sizeof(literal) - 1
	{ TEXT(""), NULL, NULL, NULL },
	{ TEXT("plain"), NULL, NULL, NULL },
	{ TEXT("größe 中 😀"), NULL, NULL, NULL },
	{ TEXT("back\\slash"), NULL, NULL, NULL },
	{ TEXT("<a b=\"c\" d='e'>&"), NULL,
		"&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;", NULL },
	{ TEXT("]]>"), NULL, "]]&gt;", NULL },
	{ TEXT("\t\n"), "\\x09\\x0a", NULL, NULL },
	{ TEXT("\r"), "\\x0d", "&#13;", NULL },
	{ TEXT("\x1b[2J\x7f"), "\\x1b[2J\\x7f", "\\x1b[2J\x7f", NULL },
	{ TEXT("a\0b"), "a\\x00b", "a\\x00b", "a\\x00b" },
	{ TEXT("\xff"), "\\xff", "\\xff", "\\xff" },
	{ TEXT("\xc3"), "\\xc3", "\\xc3", "\\xc3" },
	{ TEXT("\xc3<"), "\\xc3<", "\\xc3&lt;", "\\xc3<" },
	/* Longer than need be, a surrogate, behind the last. */
	{ TEXT("\xc0\xaf"), "\\xc0\\xaf", "\\xc0\\xaf", "\\xc0\\xaf" },
	{ TEXT("\xed\xa0\x80"), "\\xed\\xa0\\x80", "\\xed\\xa0\\x80",
		"\\xed\\xa0\\x80" },
	{ TEXT("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80",
		"\\xf4\\x90\\x80\\x80", "\\xf4\\x90\\x80\\x80" },
	/* U+FFFD, U+FFFE, U+FFFF, U+1FFFF */
	{ TEXT("\xef\xbf\xbd"), NULL, NULL, NULL },
	{ TEXT("\xef\xbf\xbe"), NULL, "\\xef\\xbf\\xbe", NULL },
	{ TEXT("\xef\xbf\xbf"), NULL, "\\xef\\xbf\\xbf", NULL },
	{ TEXT("\xf0\x9f\xbf\xbf"), NULL, NULL, NULL },
	/* CSI as C1, and right-to-left override */
	{ TEXT("\xc2\x9b"), "\\xc2\\x9b", NULL, NULL },
	{ TEXT("\xe2\x80\xae"), "\\xe2\\x80\\xae", NULL, NULL },
};

#define TEXTS (sizeof(texts) / sizeof(*texts))

static void expect(
	size_t i, const char *wanted, const char *got, size_t got_bytes)
{
	tap_case("%zu", i);
	EXPECT_BYTES(wanted ? wanted : texts[i].bytes,
		wanted ? strlen(wanted) : texts[i].len, got, got_bytes);
}

static void shown_texts_drive_no_terminal(void)
{
	for (size_t i = 0; i < TEXTS; i++) {
		char out[UTF8_FIT_SIZE(64)];

		expect(i, texts[i].shown, out,
			escape_shown(out, texts[i].bytes, texts[i].len));
	}
}

static void xml_has_only_what_xml_allows(void)
{
	for (size_t i = 0; i < TEXTS; i++) {
		char *text = NULL;
		size_t size;
		FILE *out = open_memstream(&text, &size);

		if (!EXPECT(out))
			return;
		xml_write(out, texts[i].bytes, texts[i].len);
		fclose(out);
		expect(i, texts[i].xml, text, size);
		free(text);
	}
}

static void every_text_reaches_json_and_comes_back(void)
{
	for (size_t i = 0; i < TEXTS; i++) {
		json_t *array = json_pack(
			"[o]", json_text(texts[i].bytes, texts[i].len));
		char *dumped = json_dumps(array, 0);
		json_t *read = json_loads(dumped ? dumped : "", 0, NULL);
		const json_t *text = json_array_get(read, 0);

		tap_case("%zu", i);
		if (EXPECT(json_is_string(text)))
			expect(i, texts[i].json, json_string_value(text),
				json_string_length(text));
		json_decref(read);
		json_decref(array);
		free(dumped);
	}
}

/* Every byte in every place of up to two: no reader refuses any. */
static void no_two_bytes_break_json_or_xml(void)
{
	for (unsigned bytes = 0; bytes < 0x10000; bytes++) {
		const char pair[] = { (char)(bytes >> 8), (char)bytes };
		char fit[UTF8_FIT_SIZE(2)];
		json_t *text = json_text(pair, 2);
		uint32_t point;
		bool good = text;

		json_decref(text);
		for (size_t at = 0, len = xml_fit(fit, pair, 2); at < len;) {
			size_t n = utf8_decode(fit + at, len - at, &point);

			good = good && n;
			at += n ? n : 1;
		}
		if (!good)
			tap_case("0x%04x", bytes);
		if (!EXPECT(good))
			return;
	}
}

static void a_cut_character_is_taken_off(void)
{
	static const struct {
		const char *text;
		size_t kept;
	} cases[] = {
		{ "", 0 },
		{ "a", 1 },
		{ "é", 2 },
		{ "中", 3 },
		{ "😀", 4 },
		{ "a\xc3", 1 },
		{ "a\xe4", 1 },
		{ "a\xe4\xb8", 1 },
		{ "\xf0\x9f\x98", 0 },
		{ "\xf0\x9f", 0 },
		{ "中\xf0", 3 },
		/* Never well-formed, and so nothing that was cut. */
		{ "a\x80\x80\x80\x80", 5 },
		{ "\xff", 1 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char text[16];

		tap_case("%zu", i);
		strcpy(text, cases[i].text);
		utf8_trim(text);
		EXPECT_INT(cases[i].kept, strlen(text));
	}
}

const struct tap_test tests_texts[] = {
	{ "texts: as shown they drive no terminal",
		shown_texts_drive_no_terminal },
	{ "texts: XML has what XML allows, and no markup",
		xml_has_only_what_xml_allows },
	{ "texts: all of them reach JSON, and come back",
		every_text_reaches_json_and_comes_back },
	{ "texts: no two bytes break JSON or XML",
		no_two_bytes_break_json_or_xml },
	{ "texts: a character that was cut is taken off",
		a_cut_character_is_taken_off },
	{ NULL, NULL },
};
