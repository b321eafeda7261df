/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What several targets need. */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

/* The last byte of the well-formed character at `p`, or NULL; RFC 3629. */
static const unsigned char *well_formed(
	const unsigned char *p, const unsigned char *end)
{
	static const struct {
		unsigned char first, last;       /* of the first byte */
		unsigned char second, second_to; /* of the second byte */
		size_t len;
	} forms[] = {
		{ 0x00, 0x7f, 0, 0, 1 },
		{ 0xc2, 0xdf, 0x80, 0xbf, 2 },
		{ 0xe0, 0xe0, 0xa0, 0xbf, 3 },
		{ 0xe1, 0xec, 0x80, 0xbf, 3 },
		{ 0xed, 0xed, 0x80, 0x9f, 3 },
		{ 0xee, 0xef, 0x80, 0xbf, 3 },
		{ 0xf0, 0xf0, 0x90, 0xbf, 4 },
		{ 0xf1, 0xf3, 0x80, 0xbf, 4 },
		{ 0xf4, 0xf4, 0x80, 0x8f, 4 },
	};

	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		size_t len = forms[i].len;

		if (*p < forms[i].first || *p > forms[i].last)
			continue;
		if ((size_t)(end - p) < len)
			return NULL;
		if (len > 1 &&
			(p[1] < forms[i].second || p[1] > forms[i].second_to))
			return NULL;
		for (size_t j = 2; j < len; j++)
			if (p[j] < 0x80 || p[j] > 0xbf)
				return NULL;
		return p + len - 1;
	}
	return NULL;
}

bool fuzz_is_harmless(const char *text, size_t len)
{
	const unsigned char *p = (const unsigned char *)text, *end = p + len;

	for (; p < end; p++) {
		const unsigned char *last = well_formed(p, end);

		if (!last || *p < ' ' || *p == 0x7f)
			return false;
		if (*p == 0xc2 && p[1] < 0xa0)
			return false;
		if (last == p + 2 && p[0] == 0xe2 &&
			((p[1] == 0x80 &&
				 (p[2] == 0x8e || p[2] == 0x8f ||
					 (p[2] >= 0xaa && p[2] <= 0xae))) ||
				(p[1] == 0x81 && p[2] >= 0xa6 && p[2] <= 0xa9)))
			return false;
		if (p[0] == 0xd8 && p[1] == 0x9c)
			return false;
		p = last;
	}
	return true;
}

static char *allocate(const void *bytes, size_t len, size_t room)
{
	char *copy = malloc(room);

	if (!copy)
		abort();
	if (len)
		memcpy(copy, bytes, len);
	return copy;
}

char *fuzz_copy(const void *bytes, size_t len)
{
	return allocate(bytes, len, len);
}

char *fuzz_copy_before(const void *bytes, size_t len, char behind)
{
	char *copy = allocate(bytes, len, len + 1);

	copy[len] = behind;
	return copy;
}
