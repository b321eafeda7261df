/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines out of a stream of bytes: all that have come, each whole, bounded. */
#ifndef GRACE_LINES_H
#define GRACE_LINES_H

#include <stdbool.h>
#include <stddef.h>

/* The longest line, its newline not counted. */
#define LINES_MAX_BYTES (1024 * 1024)

/* Zero-initialised: empty. */
struct lines {
	char *data; /* owned */
	size_t start, scanned, end, capacity;
	bool ended;    /* no more will come: the last may lack its newline */
	bool skipping; /* inside a line that is too long */
};

enum lines_result {
	LINES_TAKEN,
	LINES_NONE,     /* no whole line is there */
	LINES_TOO_LONG, /* one was dropped */
};

/*
 * read(2) once from `fd`. Returns 1; 0 at the end of file, with `ended` set;
 * or -1 with errno.
 */
int lines_read(struct lines *lines, int fd);

/* Adds bytes; false, and nothing added, if there is no memory. */
bool lines_add(struct lines *lines, const char *bytes, size_t len);

/*
 * The next line, without its newline. `*line` is valid until the next call of
 * any of these and may be changed, (*line)[*len] included; it is not
 * terminated and may hold NUL.
 */
enum lines_result lines_take(struct lines *lines, char **line, size_t *len);

/* True while more is held than one line may need: read no further. */
bool lines_full(const struct lines *lines);

/* True when no line will come any more. */
bool lines_exhausted(const struct lines *lines);

void lines_free(struct lines *lines);

#endif
