/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "escape.h"

#include <string.h>

#include "utf8.h"

bool escape_is_control(uint32_t point)
{
	return point < 0x20 || (point >= 0x7f && point <= 0x9f) ||
		point == 0x061c || point == 0x200e || point == 0x200f ||
		(point >= 0x202a && point <= 0x202e) ||
		(point >= 0x2066 && point <= 0x2069);
}

size_t escape_text(char *out, const void *bytes, size_t len)
{
	const unsigned char *p = bytes;
	char *start = out;

	while (len) {
		uint32_t point = 0;
		size_t n = utf8_decode(p, len, &point);
		bool as_it_is = n && !escape_is_control(point) && point != '\\';

		if (!n)
			n = 1;
		if (as_it_is) {
			memcpy(out, p, n);
			out += n;
		} else if (*p == '\\' || *p == '\n' || *p == '\t') {
			*out++ = '\\';
			*out++ = *p == '\n' ? 'n' : *p == '\t' ? 't' : '\\';
		} else {
			for (size_t i = 0; i < n; i++)
				out = utf8_put_hex(out, p[i]);
		}
		p += n;
		len -= n;
	}
	*out = '\0';
	return (size_t)(out - start);
}

size_t escape_shown(char *out, const void *bytes, size_t len)
{
	return utf8_fit(out, bytes, len, escape_is_control);
}

bool escape_is_harmless(const void *bytes, size_t len)
{
	const unsigned char *p = bytes;
	size_t n;

	for (; len; p += n, len -= n) {
		uint32_t point;

		n = utf8_decode(p, len, &point);
		if (!n || escape_is_control(point))
			return false;
	}
	return true;
}

static bool is_control_in_line(uint32_t point)
{
	return point != '\n' && escape_is_control(point);
}

size_t escape_lines(char *out, const void *bytes, size_t len)
{
	return utf8_fit(out, bytes, len, is_control_in_line);
}

char *escape_line(char *out, const void *bytes, size_t len)
{
	size_t shown = escape_cut(bytes, len, ESCAPE_LINE_BYTES);
	size_t used = escape_text(out, bytes, shown);

	if (shown < len)
		memcpy(out + used, "…", sizeof("…"));
	return out;
}

static bool is_blank(unsigned char byte)
{
	return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

char *escape_words(char *out, size_t size, const void *bytes, size_t len)
{
	static const char ellipsis[] = "…";
	const unsigned char *p = bytes;
	/* The last place at which a cut would leave room for the ellipsis. */
	size_t used = 0, last = 0;
	bool blank = false;

	for (size_t n; len; p += n, len -= n) {
		char one[ESCAPE_SIZE(UTF8_MAX)];
		uint32_t point;

		n = utf8_decode(p, len, &point);
		n = n ? n : 1;
		if (is_blank(*p)) {
			blank = used;
			continue;
		}
		size_t more = escape_text(one, p, n);

		if (used + blank + more >= size) {
			memcpy(out + last, ellipsis, sizeof(ellipsis));
			return out;
		}
		if (blank)
			out[used++] = ' ';
		memcpy(out + used, one, more);
		used += more;
		blank = false;
		if (used + sizeof(ellipsis) <= size)
			last = used;
	}
	out[used] = '\0';
	return out;
}

const char *escape_made_fit(char *out, const char *text)
{
	size_t len = strlen(text);

	return escape_is_harmless(text, len) ? text
					     : escape_line(out, text, len);
}

size_t escape_cut(const void *bytes, size_t len, size_t max)
{
	const unsigned char *p = bytes;

	if (len <= max)
		return len;
	/* A character that the cut would split starts up to 3 bytes earlier. */
	for (size_t back = 1; back <= 3 && back <= max; back++) {
		uint32_t point;
		size_t start = max - back;
		size_t n = utf8_decode(p + start, len - start, &point);

		if (n > back)
			return start;
	}
	return max;
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Reads up to `most` digits of `base`; returns how many, 0 if none or > 255. */
static size_t read_number(
	const char *p, size_t len, int base, size_t most, char *byte)
{
	int value = 0;
	size_t i = 0;

	while (i < len && i < most) {
		int digit = hex_value(p[i]);

		if (digit < 0 || digit >= base)
			break;
		value = value * base + digit;
		i++;
	}
	*byte = (char)value;
	return value > 255 ? 0 : i;
}

/* Resolves what follows a backslash; returns how much, 0 if it is unknown. */
static size_t resolve_one(const char *p, size_t len, char *byte)
{
	static const char names[] = "abefnrtv\\\"'?";
	static const char values[] = "\a\b\033\f\n\r\t\v\\\"'?";

	if (!len)
		return 0;
	if (p[0] == 'x') {
		size_t n = read_number(p + 1, len - 1, 16, 2, byte);

		return n ? n + 1 : 0;
	}
	if (p[0] >= '0' && p[0] <= '7')
		return read_number(p, len, 8, 3, byte);
	const char *name = memchr(names, p[0], sizeof(names) - 1);

	if (!name)
		return 0;
	*byte = values[name - names];
	return 1;
}

bool escape_resolve(char *text, size_t *len)
{
	size_t in = 0, out = 0;

	while (in < *len) {
		char byte = text[in];
		size_t used = 0;

		if (byte == '\\') {
			used = resolve_one(text + in + 1, *len - in - 1, &byte);
			if (!used) {
				*len = in;
				return false;
			}
		}
		text[out++] = byte;
		in += 1 + used;
	}
	*len = out;
	return true;
}
