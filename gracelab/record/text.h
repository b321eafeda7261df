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

/*
 * How many columns a terminal gives the text: two for wide characters, none
 * for combining ones, by wcwidth(3) in UTF-8 whatever the locale is.
 */
size_t text_columns(const char *text);

/*
 * The bytes of the first `columns` columns, or of all if there are fewer; a
 * wide character of which but one column would be left is not among them.
 */
size_t text_bytes_of(const char *text, size_t columns);

/* The same, and how many columns those bytes have. */
size_t text_measure(const char *text, size_t columns, size_t *used);

/* Whether all texts of a rung are shown as they are, without text_fit(). */
bool text_is_fit(const struct rung *rung);

/*
 * Copies a rung and its texts, each escaped by escape_shown() or the like, so
 * that they are measured as they are shown. For record_free_rung(); false
 * without memory.
 */
bool text_fit(struct rung *fit, const struct rung *rung,
	size_t (*escape)(char *out, const void *bytes, size_t len));

/*
 * Writes as much of the text as fits into the columns to `out`, with room for
 * TEXT_LABEL_SIZE, and an ellipsis where that cuts it.
 */
void text_cut(char *out, size_t columns, const char *text);

/*
 * Writes a rung's call, `send "data1" = 5`, in at most `columns` columns to
 * `first` (room for TEXT_LABEL_SIZE, as the others), with `[2] ` before it if
 * there are several connections. Where it does not fit, `= 5` goes to `second`,
 * and the text is cut with an ellipsis; else `second` is "". The TLS records
 * that it has moved are text_next_record()'s.
 */
void text_label(
	const struct rung *rung, size_t columns, char *first, char *second);

/*
 * Writes a rung's segment, `data 5`, in at most `columns` columns to `out`,
 * with room for TEXT_LABEL_SIZE: a copy is said to be one where that fits, and
 * without a call the connection is named. Long numbers go without their `data`.
 */
void text_segment(const struct rung *rung, size_t columns, char *out);

/*
 * Writes the part of a line of `len` bytes that fits into `columns`, up to a
 * space if there is one. Returns how many bytes of the line that takes.
 */
size_t text_write_wrapped(
	FILE *out, const char *line, size_t len, size_t columns);

/* Where the words of a call's TLS records are read. Zero-initialised: before
 * the first. */
struct text_records {
	size_t record, at;
};

/*
 * Writes the next line of those words to `out`, with room for TEXT_LABEL_SIZE:
 * each record from a new line, indented, in `columns` columns. A line ends with
 * a word, or, where one does not fit, with a part of a name, `new_session_`.
 * False where all were read.
 */
bool text_next_record(struct text_records *records, const struct rung *rung,
	size_t columns, char *out);

/*
 * Writes the text in ASCII, as wide as it was: arrows drawn with - . = < > x,
 * `~` for an ellipsis, `?` for all else.
 */
void text_write_ascii(FILE *out, const char *text);

#endif
