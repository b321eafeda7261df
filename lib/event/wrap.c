/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wrap.h"

#include <stdbool.h>
#include <string.h>

/* A byte of UTF-8 that does not begin a character. */
static bool continues(char byte)
{
	return ((unsigned char)byte & 0xc0) == 0x80;
}

size_t wrap_line(const char *text, size_t columns, size_t *skipped)
{
	size_t used = 0, end = 0, blank = 0;

	*skipped = 0;
	for (; text[end]; end++) {
		if (continues(text[end]))
			continue;
		if (text[end] == ' ')
			blank = end;
		if (columns && used == columns)
			break;
		used++;
	}
	if (!text[end])
		return end;
	if (blank)
		end = blank;
	/* Of a text that begins with blanks they are kept. */
	while (end > 1 && text[end - 1] == ' ' && strspn(text, " ") < end - 1)
		end--;
	*skipped = strspn(text + end, " ");
	return end;
}
