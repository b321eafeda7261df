/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "put.h"

#include <string.h>

#include "lib/text/escape.h"
#include "lib/text/xml.h"

void put_text(FILE *out, const char *text)
{
	for (size_t left = strlen(text); left;) {
		size_t taken = escape_cut(text, left, ESCAPE_LINE_BYTES);
		char shown[ESCAPE_SIZE(ESCAPE_LINE_BYTES)];

		xml_write(out, shown, escape_lines(shown, text, taken));
		text += taken;
		left -= taken;
	}
}

/* Markup is found in strings only, where it may be written so. */
static int put_part(const char *text, size_t len, void *context)
{
	FILE *out = context;

	for (size_t i = 0; i < len; i++)
		if (strchr("<>&", text[i]))
			fprintf(out, "\\u%04x", text[i]);
		else
			fputc(text[i], out);
	return 0;
}

bool put_json(FILE *out, const json_t *json)
{
	return !json_dump_callback(json, put_part, out,
		JSON_ENSURE_ASCII | JSON_COMPACT | JSON_REAL_PRECISION(9));
}

void put_svg_url(FILE *out, const char *svg)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";

	fputs("data:image/svg+xml;base64,", out);
	for (size_t len = strlen(svg); len;) {
		const unsigned char *bytes = (const unsigned char *)svg;
		size_t taken = len < 3 ? len : 3;
		unsigned group = (unsigned)bytes[0] << 16;

		if (taken > 1)
			group |= (unsigned)bytes[1] << 8;
		if (taken > 2)
			group |= bytes[2];
		for (size_t i = 0; i < 4; i++)
			fputc(i <= taken ? digits[group >> (18 - 6 * i) & 63]
					 : '=',
				out);
		svg += taken;
		len -= taken;
	}
}
