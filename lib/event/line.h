/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A line as standard output shows it: colour, mark, number, columns. */
#ifndef GRACE_LINE_H
#define GRACE_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "wording.h"

/* The longest text: a cut one, or a path, with words around it. */
#define LINE_TEXT_SIZE 8192

/* Room for line_format(). */
#define LINE_SIZE (3 * LINE_TEXT_SIZE)

struct line {
	enum wording_kind kind;
	unsigned number;  /* of the connection; 0: none is shown */
	bool terminal;    /* what comes from the peer is told from our own */
	bool colour;      /* implies terminal */
	size_t columns;   /* notes and answers are wrapped; 0: they are not */
	const char *text; /* less than LINE_TEXT_SIZE */
};

/*
 * Writes the line, or the lines that it takes, to `out` (room for LINE_SIZE),
 * terminated. Returns the length.
 */
size_t line_format(char *out, const struct line *line);

#endif
