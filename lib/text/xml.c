/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xml.h"

#include <string.h>

/* Against XML 1.0, production 2; surrogates are not well-formed UTF-8. */
static bool is_excluded(uint32_t point)
{
	if (point < 0x20)
		return point != '\t' && point != '\n' && point != '\r';
	return point == 0xfffe || point == 0xffff;
}

size_t xml_fit(char *out, const void *bytes, size_t len)
{
	return utf8_fit(out, bytes, len, is_excluded);
}

static void put(FILE *out, const char *character)
{
	switch (*character) {
	case '&':
		fputs("&amp;", out);
		break;
	case '<':
		fputs("&lt;", out);
		break;
	case '>':
		/* So that no `]]>` can arise. */
		fputs("&gt;", out);
		break;
	case '"':
		fputs("&quot;", out);
		break;
	case '\'':
		fputs("&#39;", out);
		break;
	case '\r':
		/* As it is, readers take it for a newline. */
		fputs("&#13;", out);
		break;
	default:
		fputs(character, out);
	}
}

void xml_write(FILE *out, const void *bytes, size_t len)
{
	const unsigned char *p = bytes;

	while (len) {
		char character[UTF8_FIT_SIZE(4)];
		uint32_t point;
		size_t n = utf8_decode(p, len, &point);

		if (!n)
			n = 1;
		xml_fit(character, p, n);
		put(out, character);
		p += n;
		len -= n;
	}
}

void xml_write_text(FILE *out, const char *text)
{
	xml_write(out, text, strlen(text));
}
