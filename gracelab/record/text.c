/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "text.h"

#include <locale.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "lib/text/escape.h"
#include "lib/text/utf8.h"

/*
 * How wide characters are is for the C library to say, and it says so of a
 * locale. Ours is UTF-8 whatever the user's is; it is looked for only where a
 * text has more than ASCII.
 */
struct ruler {
	locale_t utf8; /* 0: not looked for, or not there */
	locale_t before;
	bool looked;
};

static void end_ruler(struct ruler *ruler)
{
	if (!ruler->utf8)
		return;
	uselocale(ruler->before);
	freelocale(ruler->utf8);
}

/* The columns of a character; one for what cannot be measured. */
static size_t measure(struct ruler *ruler, uint32_t point)
{
	/* What pictures are drawn with needs no locale, which takes long. */
	if (point < 0x80 || (point >= 0x2500 && point < 0x2580) ||
		point == 0x25b6 || point == 0x25c0 || point == 0x2026)
		return 1;
	if (!ruler->looked) {
		ruler->looked = true;
		ruler->utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
		if (ruler->utf8)
			ruler->before = uselocale(ruler->utf8);
	}
	int columns = ruler->utf8 ? wcwidth((wchar_t)point) : 1;

	return columns < 0 ? 1 : (size_t)columns;
}

/* The next character's bytes and columns; a byte that is none has one. */
static size_t next(struct ruler *ruler, const char *text, size_t *columns)
{
	uint32_t point;

	*columns = 1;
	if ((unsigned char)*text < 0x80)
		return 1;
	size_t bytes = utf8_decode(text, strnlen(text, 4), &point);

	*columns = bytes ? measure(ruler, point) : 1;
	return bytes ? bytes : 1;
}

/* How many characters of ASCII stand there, at most `max`. */
static size_t plain(const char *text, size_t max)
{
	size_t n = 0;

	while (n < max && text[n] && (unsigned char)text[n] < 0x80)
		n++;
	return n;
}

size_t text_columns(const char *text)
{
	size_t columns;

	text_measure(text, SIZE_MAX, &columns);
	return columns;
}

size_t text_measure(const char *text, size_t columns, size_t *used)
{
	struct ruler ruler = { 0 };
	size_t i = plain(text, columns), one;

	*used = i;
	while (text[i]) {
		size_t bytes = next(&ruler, text + i, &one);

		if (one > columns - *used)
			break;
		*used += one;
		i += bytes;
	}
	end_ruler(&ruler);
	return i;
}

size_t text_bytes_of(const char *text, size_t columns)
{
	size_t used;

	return text_measure(text, columns, &used);
}

/* Puts a text behind the `used` bytes of another, as much of it as there is
 * room for; how many are used then. snprintf(3) took a third of what a row
 * takes. */
static size_t append(char *out, size_t size, size_t used, const char *text)
{
	size_t len = strnlen(text, size - 1 - used);

	memcpy(out + used, text, len);
	out[used + len] = '\0';
	return used + len;
}

/*
 * Writes before, as much of the text as fits into the columns, and behind; an
 * ellipsis where the text is cut.
 */
static void put_cut(char *out, size_t columns, const char *before,
	const char *text, const char *behind)
{
	static const char ellipsis[] = "…";
	size_t around = text_columns(before) + text_columns(behind);
	size_t room = TEXT_LABEL_SIZE - strlen(before) - strlen(behind) -
		sizeof(ellipsis);
	size_t len = strlen(text), shown = len;

	if (around + text_columns(text) > columns)
		shown = text_bytes_of(
			text, around < columns ? columns - around - 1 : 0);
	/* What takes no column may still take bytes without end. */
	shown = escape_cut(text, shown, room);
	size_t used = append(out, TEXT_LABEL_SIZE, 0, before);

	/* There is room for it: see above. */
	memcpy(out + used, text, shown);
	used = append(out, TEXT_LABEL_SIZE, used + shown,
		shown < len ? ellipsis : "");
	append(out, TEXT_LABEL_SIZE, used, behind);
	/* What stands around it may be too wide, or the ellipsis one more. */
	if (shown < len || around > columns)
		out[text_bytes_of(out, columns)] = '\0';
}

void text_cut(char *out, size_t columns, const char *text)
{
	put_cut(out, columns, "", text, "");
}

bool text_is_fit(const struct rung *rung)
{
	const char *const texts[] = { rung->call, rung->text, rung->result,
		rung->segment, rung->states[CLIENT], rung->states[SERVER] };

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (texts[i] && !escape_is_harmless(texts[i], strlen(texts[i])))
			return false;
	return true;
}

bool text_fit(struct rung *fit, const struct rung *rung,
	size_t (*escape)(char *out, const void *bytes, size_t len))
{
	char **const texts[] = { &fit->call, &fit->text, &fit->result,
		&fit->segment, &fit->states[CLIENT], &fit->states[SERVER] };
	bool good = true;

	*fit = *rung;
	fit->records = tls_record_copy(rung->records, rung->record_count);
	if (!fit->records)
		fit->record_count = 0;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		const char *text = *texts[i];
		size_t len = text ? strlen(text) : 0;

		*texts[i] = text ? malloc(UTF8_FIT_SIZE(len)) : NULL;
		if (*texts[i])
			escape(*texts[i], text, len);
		else if (text)
			good = false;
	}
	if (!good)
		record_free_rung(fit);
	return good;
}

/* Which connection a row is about, "[2] "; "" if there is but one. */
#define NUMBER_SIZE sizeof("[4294967295] ")

static void put_number(char *out, unsigned connection)
{
	*out = '\0';
	if (connection)
		snprintf(out, NUMBER_SIZE, "[%u] ", connection);
}

/* What stands before the words of a record. */
#define RECORD_INDENT "  "

/* What is left of a text at the least: an ellipsis and a quote. */
#define CUT_COLUMNS 2

void text_label(
	const struct rung *rung, size_t columns, char *first, char *second)
{
	char number[NUMBER_SIZE], before[TEXT_LABEL_SIZE / 2];

	put_number(number, rung->connection);
	size_t used = append(before, sizeof(before), 0, number);

	used = append(before, sizeof(before), used, rung->call);
	append(before, sizeof(before), used, " \"");
	utf8_trim(before);
	/* A call that fills the line by itself leaves its text no room. */
	if (rung->text && text_columns(before) + CUT_COLUMNS <= columns)
		put_cut(first, columns, before, rung->text, "\"");
	else
		put_cut(first, columns, number, rung->call, "");
	*second = '\0';
	if (!rung->result)
		return;
	size_t whole = strlen(number) + text_columns(rung->call) +
		(rung->text ? text_columns(rung->text) + strlen(" \"\"") : 0) +
		strlen(" = ") + text_columns(rung->result);

	used = strlen(first);
	if (whole <= columns &&
		used + strlen(" = ") + strlen(rung->result) < TEXT_LABEL_SIZE)
		append(first, TEXT_LABEL_SIZE,
			append(first, TEXT_LABEL_SIZE, used, " = "),
			rung->result);
	else
		put_cut(second, columns, "  = ", rung->result, "");
}

void text_segment(const struct rung *rung, size_t columns, char *out)
{
	const char *segment = rung->segment;
	char number[NUMBER_SIZE];

	/* Beside its call it is that connection's. */
	put_number(number, rung->call ? 0 : rung->connection);
	const char *copy = rung->copy ? " copy" : "";
	size_t around = strlen(number) + text_columns(segment);

	/* What does not fit goes without its word. */
	if (around + strlen(copy) > columns)
		copy = "";
	if (around > columns && !strncmp(segment, "data ", 5))
		segment += 5;
	put_cut(out, columns, number, segment, copy);
}

size_t text_write_wrapped(
	FILE *out, const char *line, size_t len, size_t columns)
{
	size_t fits = text_bytes_of(line, columns), shown;

	if (fits >= len) {
		fprintf(out, "%.*s", (int)len, line);
		return len;
	}
	shown = fits;
	while (shown && line[shown] != ' ')
		shown--;
	if (!shown) {
		fprintf(out, "%.*s", (int)fits, line);
		return fits;
	}
	fprintf(out, "%.*s", (int)shown, line);
	/* The next line begins with a word. */
	return shown + strspn(line + shown, " ");
}

/* The bytes of a line of such words. */
static size_t record_line(const char *words, size_t columns)
{
	size_t fits = text_bytes_of(words, columns), at;

	if (!words[fits])
		return fits;
	for (at = fits; at; at--)
		if (words[at] == ' ')
			return at;
	for (at = fits; at; at--)
		if (words[at] == '+')
			return at;
	for (at = fits; at; at--)
		if (words[at - 1] == '_')
			return at;
	return fits;
}

bool text_next_record(struct text_records *records, const struct rung *rung,
	size_t columns, char *out)
{
	char words[TLS_TEXT_SIZE];
	size_t len;

	if (records->record == rung->record_count)
		return false;
	tls_record_text(&rung->records[records->record], words);
	len = record_line(words + records->at, columns - strlen(RECORD_INDENT));
	snprintf(out, TEXT_LABEL_SIZE, RECORD_INDENT "%.*s", (int)len,
		words + records->at);
	records->at += len;
	records->at += strspn(words + records->at, " ");
	if (!words[records->at])
		*records = (struct text_records){ records->record + 1, 0 };
	return true;
}

void text_write_ascii(FILE *out, const char *text)
{
	static const struct {
		const char *drawn;
		char ascii;
	} marks[] = { { "─", '-' }, { "╌", '.' }, { "═", '=' }, { "▶", '>' },
		{ "◀", '<' }, { "✕", 'x' }, { "…", '~' } };
	struct ruler ruler = { 0 };

	while (*text) {
		size_t columns, len = next(&ruler, text, &columns);
		char c = len == 1 && !(*text & 0x80) ? *text : '?';

		for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++)
			if (!strncmp(marks[i].drawn, text, len) && len > 1)
				c = marks[i].ascii;
		/* One that is wide is two, so that columns stay. */
		for (; columns; columns--)
			fputc(c, out);
		text += len;
	}
	end_ruler(&ruler);
}
