/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Labels for the pictures: a call as a person reads it, cut to fit. */
#ifndef GRACELAB_TEXT_H
#define GRACELAB_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "record.h"

/* Room for a label of any width asked for here. */
#define TEXT_LABEL_SIZE 512

/* How many columns a terminal gives the text: one each character. */
size_t text_columns(const char *text);

/* The bytes of the first `columns` columns, or of all if there are fewer. */
size_t text_bytes_of(const char *text, size_t columns);

/*
 * Writes a rung's call, `send "data1" = 5`, in at most `columns` columns to
 * `first` (room for TEXT_LABEL_SIZE, as the others). Where it does not fit,
 * `= 5` goes to `second`, and the text is cut; else `second` is "".
 */
void text_label(
	const struct rung *rung, size_t columns, char *first, char *second);

/*
 * Writes the part of a line of `len` bytes that fits into `columns`, up to a
 * space if there is one. Returns how many bytes of the line that takes.
 */
size_t text_write_wrapped(
	FILE *out, const char *line, size_t len, size_t columns);

/* Writes the text in ASCII: lines drawn with - < >, `?` for what is not. */
void text_write_ascii(FILE *out, const char *text);

/*
 * A text that a stranger may have written, fit for a terminal: itself if it is
 * printable, else escaped and cut, in `out` with room for ESCAPE_LINE_SIZE.
 */
const char *text_made_fit(char *out, const char *text);

#endif
