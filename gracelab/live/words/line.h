/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a line is that a person types: a step, a head line, or a command. Pure.
 */
#ifndef GRACELAB_LIVE_LINE_H
#define GRACELAB_LIVE_LINE_H

#include <stdbool.h>
#include <stddef.h>

enum line_kind {
	LINE_EMPTY,
	LINE_COMMENT, /* `text` */
	LINE_STEP,    /* `text`: as a .lab file has it */
	LINE_HEAD,    /* `text`: likewise */
	LINE_COMMAND, /* `text`: none of these; the line itself */
	LINE_BAD,     /* `text`: why it is nothing */
};

struct line {
	enum line_kind kind;
	char *text; /* owned; of one line */
};

/*
 * Reads a terminated line: `c data1` is `client> data1`, `w hold` is `wire>
 * hold`, `s: eof` is `server: eof`, `client --sigpipe=default` a head line. A
 * step's own words are not looked at. For line_free(); false without memory.
 */
bool line_read(struct line *line, const char *typed);

void line_free(struct line *line);

/*
 * Whose line begins with a word of `len` bytes: `client2` of c2 and of client2,
 * `wire` of w. The name that a file has; NULL: nobody's.
 */
const char *line_whose(const char *word, size_t len);

/* The word number `index` that a head line begins with, or NULL; it stays. */
const char *line_head(size_t index);

/*
 * Why a step of a file, `client> shutdwon`, should not be typed: its command is
 * none, or misspelt; for free(3). NULL: nothing is wrong with it.
 */
char *line_refusal(const char *step);

#endif
