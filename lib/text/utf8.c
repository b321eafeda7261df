/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* How many bytes the first one announces; 0: it cannot be a first one. */
static size_t announced(unsigned char first)
{
	if (first < 0x80)
		return 1;
	if ((first & 0xe0) == 0xc0)
		return 2;
	if ((first & 0xf0) == 0xe0)
		return 3;
	return (first & 0xf8) == 0xf0 ? 4 : 0;
}

size_t utf8_decode(const void *bytes, size_t len, uint32_t *point)
{
	static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *p = bytes;
	size_t need = announced(p[0]);

	if (!need || need > len)
		return 0;
	*point = need == 1 ? p[0] : p[0] & (0x7fu >> need);
	for (size_t i = 1; i < need; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		*point = *point << 6 | (p[i] & 0x3f);
	}
	if (*point < smallest[need] || *point > 0x10ffff ||
		(*point >= 0xd800 && *point <= 0xdfff))
		return 0;
	return need;
}

char *utf8_put_hex(char *out, unsigned char byte)
{
	static const char hex[] = "0123456789abcdef";

	*out++ = '\\';
	*out++ = 'x';
	*out++ = hex[byte >> 4];
	*out++ = hex[byte & 15];
	*out = '\0';
	return out;
}

size_t utf8_fit(char *out, const void *bytes, size_t len,
	bool (*excluded)(uint32_t point))
{
	const unsigned char *p = bytes;
	char *start = out;

	while (len) {
		uint32_t point;
		size_t n = utf8_decode(p, len, &point);
		bool fits = n && !excluded(point);

		if (!n)
			n = 1;
		if (fits) {
			memcpy(out, p, n);
			out += n;
		}
		for (size_t i = 0; !fits && i < n; i++)
			out = utf8_put_hex(out, p[i]);
		p += n;
		len -= n;
	}
	*out = '\0';
	return (size_t)(out - start);
}

void utf8_trim(char *text)
{
	size_t len = strlen(text);

	for (size_t back = 1; back <= 3 && back <= len; back++) {
		size_t need = announced((unsigned char)text[len - back]);

		if (need > back)
			text[len - back] = '\0';
		if (need)
			return;
	}
}

void utf8_print(char *out, size_t size, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	int len = vsnprintf(out, size, format, arguments);
	va_end(arguments);
	if (len < 0)
		*out = '\0';
	else if ((size_t)len >= size)
		utf8_trim(out);
}
