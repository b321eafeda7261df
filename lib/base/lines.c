/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lines.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define READ_BYTES (64 * 1024)

/* Makes room for `len` bytes and one more at the end. */
static bool make_room(struct lines *lines, size_t len)
{
	if (lines->start) {
		memmove(lines->data, lines->data + lines->start,
			lines->end - lines->start);
		lines->end -= lines->start;
		lines->scanned -= lines->start;
		lines->start = 0;
	}
	size_t needed = lines->end + len + 1;

	if (needed <= lines->capacity)
		return true;
	if (needed < lines->capacity * 2)
		needed = lines->capacity * 2;
	char *data = realloc(lines->data, needed);

	if (!data)
		return false;
	lines->data = data;
	lines->capacity = needed;
	return true;
}

int lines_read(struct lines *lines, int fd)
{
	if (!make_room(lines, READ_BYTES)) {
		errno = ENOMEM;
		return -1;
	}
	ssize_t n;

	do
		n = read(fd, lines->data + lines->end, READ_BYTES);
	while (n < 0 && errno == EINTR);
	if (n > 0)
		lines->end += (size_t)n;
	if (n == 0)
		lines->ended = true;
	return n > 0 ? 1 : (int)n;
}

bool lines_add(struct lines *lines, const char *bytes, size_t len)
{
	if (!make_room(lines, len))
		return false;
	memcpy(lines->data + lines->end, bytes, len);
	lines->end += len;
	return true;
}

/* Takes the line that ends before `next`; the newline is at `newline`. */
static enum lines_result take(struct lines *lines, size_t newline, size_t next,
	char **line, size_t *len)
{
	bool too_long = lines->skipping;

	*line = lines->data + lines->start;
	*len = newline - lines->start;
	lines->start = lines->scanned = next;
	lines->skipping = false;
	return too_long || *len > LINES_MAX_BYTES ? LINES_TOO_LONG
						  : LINES_TAKEN;
}

enum lines_result lines_take(struct lines *lines, char **line, size_t *len)
{
	char *newline = NULL;

	if (lines->scanned < lines->end)
		newline = memchr(lines->data + lines->scanned, '\n',
			lines->end - lines->scanned);
	if (newline) {
		size_t at = (size_t)(newline - lines->data);

		return take(lines, at, at + 1, line, len);
	}
	lines->scanned = lines->end;
	if (lines->ended && (lines->end > lines->start || lines->skipping))
		return take(lines, lines->end, lines->end, line, len);
	if (lines->end - lines->start > LINES_MAX_BYTES) {
		lines->skipping = true;
		lines->start = lines->end;
	}
	return LINES_NONE;
}

bool lines_full(const struct lines *lines)
{
	return lines->end - lines->start > LINES_MAX_BYTES;
}

bool lines_exhausted(const struct lines *lines)
{
	return lines->ended && lines->start == lines->end && !lines->skipping;
}

void lines_free(struct lines *lines)
{
	free(lines->data);
	*lines = (struct lines){ 0 };
}
