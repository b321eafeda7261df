/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/text/escape.h"

/* How much of a word that was not understood a message shows. */
#define QUOTED_BYTES 60

void scan_begin_line(
	struct scan *scan, const char *source, char *line, size_t len)
{
	scan->line_number++;
	scan->source = source;
	scan->line = scan->at = line;
	scan->end = line + len;
}

/* The word at the offset as it stands in the file, fit for a message. */
static const char *quote(const char *source, size_t offset, char *out)
{
	const char *word = source + strnlen(source, offset);
	size_t len = strcspn(word, " \t\r");
	size_t shown = escape_cut(word, len, QUOTED_BYTES);

	out += escape_text(out, word, shown);
	strcpy(out, shown < len ? "…" : "");
	return word;
}

bool scan_fail(struct scan *scan, const char *what)
{
	size_t offset = (size_t)(scan->at - scan->line);
	char text[ESCAPE_SIZE(QUOTED_BYTES) + sizeof("…")];
	char *expected;
	bool quoted = *quote(scan->source, offset, text) && *text;

	free(scan->error);
	if (asprintf(&expected, "expected %s%s%s%s", what,
		    quoted ? ", not '" : "", quoted ? text : "",
		    quoted ? "'" : "") < 0)
		expected = NULL;
	if (!*scan->path || !expected) {
		scan->error = expected;
		return false;
	}
	if (asprintf(&scan->error, "%s:%u:%zu: %s", scan->path,
		    scan->line_number, offset + 1, expected) < 0)
		scan->error = NULL;
	free(expected);
	return false;
}

bool scan_no_memory(struct scan *scan)
{
	free(scan->error);
	scan->error = NULL;
	return false;
}

void scan_back_to(struct scan *scan, const char *text)
{
	scan->at = scan->line + (text - scan->line);
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

void scan_space(struct scan *scan)
{
	while (scan->at < scan->end && is_space(*scan->at))
		scan->at++;
}

bool scan_at_end(const struct scan *scan)
{
	return scan->at == scan->end;
}

bool scan_next_is(const struct scan *scan, char c)
{
	return scan->at < scan->end && *scan->at == c;
}

bool scan_keyword(struct scan *scan, const char *keyword)
{
	size_t len = strlen(keyword);
	size_t left = (size_t)(scan->end - scan->at);

	if (left < len || memcmp(scan->at, keyword, len) ||
		(left > len && !is_space(scan->at[len])))
		return false;
	scan->at += len;
	return true;
}

/* The offset of the closing quote, or the whole length without one. */
static size_t find_quote(const char *text, size_t len, char quote)
{
	size_t i = 0;

	while (i < len && text[i] != quote)
		i += quote == '"' && text[i] == '\\' && i + 1 < len ? 2 : 1;
	return i;
}

static bool take_quoted(struct scan *scan, char **word, size_t *len)
{
	char quote = *scan->at;
	char *start = scan->at + 1;
	size_t left = (size_t)(scan->end - start);

	*word = start;
	*len = find_quote(start, left, quote);
	if (*len == left)
		return scan_fail(scan, "a closing quote");
	char *behind = start + *len + 1;

	if (quote == '"' && !escape_resolve(start, len)) {
		scan->at = start + *len;
		return scan_fail(scan, "a C escape");
	}
	start[*len] = '\0';
	scan->at = behind;
	if (scan->at < scan->end && !is_space(*scan->at))
		return scan_fail(scan, "a space behind the quote");
	return true;
}

bool scan_word(struct scan *scan, char **word, size_t *len)
{
	scan_space(scan);
	if (scan->at == scan->end)
		return scan_fail(scan, "a word");
	if (*scan->at == '"' || *scan->at == '\'')
		return take_quoted(scan, word, len);
	*word = scan->at;
	while (scan->at < scan->end && !is_space(*scan->at))
		scan->at++;
	*len = (size_t)(scan->at - *word);
	if (scan->at < scan->end)
		*scan->at++ = '\0';
	return true;
}

bool scan_name(struct scan *scan, char **name)
{
	size_t len = 0;

	if (!scan_word(scan, name, &len))
		return false;
	if (strlen(*name) == len)
		return true;
	scan_back_to(scan, *name);
	return scan_fail(scan, "a word without NUL");
}

char *scan_rest(struct scan *scan)
{
	char *rest = scan->at;

	while (scan->end > rest && is_space(scan->end[-1]))
		scan->end--;
	*scan->end = '\0';
	scan->at = scan->end;
	return rest;
}

bool scan_end(struct scan *scan)
{
	scan_space(scan);
	if (scan_at_end(scan) || *scan->at == '#')
		return true;
	return scan_fail(scan, "the end of the line");
}

bool scan_text(struct scan *scan, const char *what, const char **text)
{
	scan_space(scan);
	if (scan_at_end(scan))
		return scan_fail(scan, what);
	*text = scan_rest(scan);
	if (escape_is_harmless(*text, strlen(*text)))
		return true;
	scan_back_to(scan, *text);
	return scan_fail(scan, "UTF-8 without control characters");
}

bool scan_add_word(struct scan *scan, struct words *words, char *word)
{
	char **list =
		reallocarray(words->list, words->count + 2, sizeof(*list));

	if (!list)
		return scan_no_memory(scan);
	words->list = list;
	list[words->count++] = word;
	list[words->count] = NULL;
	return true;
}

bool scan_words(struct scan *scan, struct words *words)
{
	char *word;

	for (;;) {
		scan_space(scan);
		if (scan_at_end(scan))
			return true;
		if (!scan_name(scan, &word) ||
			!scan_add_word(scan, words, word))
			return false;
	}
}
