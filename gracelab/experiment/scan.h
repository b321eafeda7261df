/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One line of an experiment file, taken apart from left to right. */
#ifndef GRACELAB_SCAN_H
#define GRACELAB_SCAN_H

#include <stdbool.h>
#include <stddef.h>

struct scan {
	const char *path;     /* "": the line stands in no file */
	unsigned line_number; /* from 1 */
	const char *source;   /* the line as it stands, terminated */
	char *line;           /* a copy that words are resolved in */
	char *at, *end;       /* in there; *end is the terminator */
	char *error;          /* owned: what scan_fail() wrote, or NULL */
};

/* Goes to the next line. */
void scan_begin_line(
	struct scan *scan, const char *source, char *line, size_t len);

/*
 * Writes `PATH:LINE:COLUMN: expected WHAT, not 'WORD'`, without the place where
 * the line stands in no file; column and word are
 * where the scan stands, and nothing follows WHAT at the end of a line. Returns
 * false, for the caller to return.
 */
bool scan_fail(struct scan *scan, const char *what);

/* There is no memory, of which `error` == NULL tells. Returns false. */
bool scan_no_memory(struct scan *scan);

/* Sets the scan back to a text that it has given. */
void scan_back_to(struct scan *scan, const char *text);

void scan_space(struct scan *scan);
bool scan_at_end(const struct scan *scan);
bool scan_next_is(const struct scan *scan, char c);

/* Takes the keyword and true if the next word is just that. */
bool scan_keyword(struct scan *scan, const char *keyword);

/*
 * Takes a word: bare, in single quotes as it is, or in double quotes with C
 * escapes. It is terminated, and *len long, since it may hold NUL.
 */
bool scan_word(struct scan *scan, char **word, size_t *len);

/* The same without NUL: a name, an option. */
bool scan_name(struct scan *scan, char **name);

/* Takes the rest of the line, without the space at its end. */
char *scan_rest(struct scan *scan);

/*
 * The same of one line of text, `*text` terminated; `what` is expected where
 * there is none, or one that drives a terminal.
 */
bool scan_text(struct scan *scan, const char *what, const char **text);

/* A list of words that ends with NULL, as execv(3) takes it. */
struct words {
	char **list; /* owned; its texts are not */
	size_t count;
};

/* Adds a word to the list, or all that are left on the line. */
bool scan_add_word(struct scan *scan, struct words *words, char *word);
bool scan_words(struct scan *scan, struct words *words);

/* True if nothing but a comment follows; else it fails. */
bool scan_end(struct scan *scan);

#endif
