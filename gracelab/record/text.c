/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "text.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/escape.h"

static bool is_start(char c)
{
	return ((unsigned char)c & 0xc0) != 0x80;
}

size_t text_columns(const char *text)
{
	size_t columns = 0;

	for (; *text; text++)
		columns += is_start(*text);
	return columns;
}

size_t text_bytes_of(const char *text, size_t columns)
{
	size_t i = 0;

	while (text[i] && (columns || !is_start(text[i])))
		columns -= is_start(text[i++]);
	return i;
}

/* Writes `CALL "TEXT"` in at most `columns`, the text cut if need be. */
static void put_text(const struct rung *rung, size_t columns, char *out)
{
	const char *ellipsis = "…";
	size_t around = text_columns(rung->call) + strlen(" \"\"");

	if (around + text_columns(rung->text) <= columns) {
		snprintf(out, TEXT_LABEL_SIZE, "%s \"%s\"", rung->call,
			rung->text);
		return;
	}
	size_t fixed = around + text_columns(ellipsis);
	size_t left = fixed < columns ? columns - fixed : 0;

	snprintf(out, TEXT_LABEL_SIZE, "%s \"%.*s%s\"", rung->call,
		(int)text_bytes_of(rung->text, left), rung->text, ellipsis);
}

void text_label(
	const struct rung *rung, size_t columns, char *first, char *second)
{
	size_t result = rung->result ? strlen(" = ") + strlen(rung->result) : 0;
	size_t text =
		rung->text ? text_columns(rung->text) + strlen(" \"\"") : 0;
	size_t call = text_columns(rung->call);

	*second = '\0';
	if (!rung->text)
		snprintf(first, TEXT_LABEL_SIZE, "%.*s",
			(int)text_bytes_of(rung->call, columns), rung->call);
	else
		put_text(rung, columns, first);
	if (!rung->result)
		return;
	if (call + text + result <= columns)
		snprintf(first + strlen(first), TEXT_LABEL_SIZE - strlen(first),
			" = %s", rung->result);
	else
		snprintf(second, TEXT_LABEL_SIZE, "  = %s", rung->result);
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
	return shown + 1;
}

void text_write_ascii(FILE *out, const char *text)
{
	static const struct {
		const char *drawn;
		char ascii;
	} marks[] = { { "─", '-' }, { "▶", '>' }, { "◀", '<' }, { "…", '~' } };

	while (*text) {
		size_t len = text_bytes_of(text, 1);
		char c = len == 1 ? *text : '?';

		for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++)
			if (!strncmp(marks[i].drawn, text, len) && len > 1)
				c = marks[i].ascii;
		fputc(c, out);
		text += len;
	}
}

const char *text_made_fit(char *out, const char *text)
{
	size_t len = strlen(text);

	return escape_is_harmless(text, len) ? text
					     : escape_line(out, text, len);
}
