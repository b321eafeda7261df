/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "line.h"

#include <stdio.h>
#include <string.h>

#include "lib/text/utf8.h"
#include "wrap.h"

#define PLAIN "\033[0m"

/* A terminal of fewer columns is not worth wrapping for. */
#define COLUMNS_MIN 20

/* What goes on in the next line is indented as a note's text is. */
#define INDENT "  "

static const char *colour_of(const struct line *line)
{
	if (!line->colour)
		return "";
	switch (line->kind) {
	case WORDING_RECEIVED:
		return "\033[36m"; /* cyan */
	case WORDING_NOTE:
		return "\033[2m"; /* dim */
	case WORDING_BAD_CALL:
	case WORDING_COMPLAINT:
		return "\033[31m"; /* red */
	case WORDING_LINE:
	case WORDING_ANSWER:
		return "";
	}
	return "";
}

static const char *mark_of(const struct line *line)
{
	switch (line->kind) {
	case WORDING_NOTE:
	case WORDING_ANSWER:
		return "* ";
	case WORDING_RECEIVED:
		/* Where colour cannot tell it from a line of our own. */
		return line->terminal && !line->colour ? "< " : "";
	case WORDING_LINE:
	case WORDING_BAD_CALL:
	case WORDING_COMPLAINT:
		return "";
	}
	return "";
}

static bool is_wrapped(const struct line *line)
{
	return (line->kind == WORDING_NOTE || line->kind == WORDING_ANSWER) &&
		line->columns >= COLUMNS_MIN;
}

size_t line_format(char *out, const struct line *line)
{
	char number[16] = "", text[LINE_TEXT_SIZE];
	const char *colour = colour_of(line), *rest = text, *indent = "";
	size_t used = 0, skipped;

	if (line->number)
		snprintf(number, sizeof(number), "[%u] ", line->number);
	utf8_print(text, sizeof(text), "%s%s%s", mark_of(line), number,
		line->text);
	/* Each piece but the last has at least half the columns. */
	do {
		size_t room =
			is_wrapped(line) ? line->columns - strlen(indent) : 0;
		size_t len = wrap_line(rest, room, &skipped);
		int n = snprintf(out + used, LINE_SIZE - used, "%s%s%.*s%s\n",
			colour, indent, (int)len, rest, *colour ? PLAIN : "");

		if (n < 0 || (size_t)n >= LINE_SIZE - used)
			break;
		used += (size_t)n;
		rest += len + skipped;
		indent = INDENT;
	} while (*rest);
	return used;
}
