/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "paint.h"
#include "tell.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gracelab/live/words/narrow.h"
#include "gracelab/live/words/say.h"
#include "gracelab/record/ladder.h"

/* What a big ladder leaves for the prompt and what is told. */
#define ROOM_LINES 5

static bool is_narrow(void)
{
	return isatty(STDOUT_FILENO) && say_columns() < LADDER_WIDTH;
}

static void free_rows(char **rows, size_t count)
{
	for (size_t i = 0; rows && i < count; i++)
		free(rows[i]);
	free(rows);
}

void paint_free(struct paint *paint)
{
	free_rows(paint->rows, paint->count);
	paint->rows = NULL;
	paint->count = 0;
}

/* One row as it is shown; NULL without memory. */
static char *make_row(
	const struct record *record, const struct rung *rung, bool narrow)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	if (narrow)
		narrow_write_rung(out, record, rung);
	else
		ladder_write_rung(out, record, rung);
	if (!fclose(out))
		return text;
	free(text);
	return NULL;
}

/* All rows of the record, for free_rows(); fewer without memory. */
static char **make_rows(const struct record *record, size_t *count)
{
	char **rows = calloc(record->rung_count + 1, sizeof(*rows));
	bool narrow = is_narrow();

	*count = 0;
	while (rows && *count < record->rung_count) {
		rows[*count] = make_row(record, &record->rungs[*count], narrow);
		if (!rows[*count])
			break;
		++*count;
	}
	return rows;
}

static void write_head(FILE *out, const struct record *record)
{
	if (is_narrow())
		narrow_write_head(out, record);
	else
		ladder_write_head(out, record);
}

/* How many lines a text of whole lines has. */
static size_t lines_of(const char *text)
{
	size_t lines = 0;

	for (; (text = strchr(text, '\n')); text++)
		lines++;
	return lines;
}

/* The last rows that fit on the screen, with a blank line between them if there
 * is room for that too. */
static void write_big(
	FILE *out, const struct record *record, char **rows, size_t count)
{
	size_t screen = say_lines(), used = ROOM_LINES, all = 0, first = count;
	bool airy;

	/* The head has a name, perhaps a question, and that of the columns. */
	used += record->asks ? 4 : 3;
	for (size_t i = 0; i < count; i++)
		all += lines_of(rows[i]);
	airy = !screen || all + count + used <= screen;
	while (first &&
		(airy || used + lines_of(rows[first - 1]) + 1 <= screen))
		used += lines_of(rows[--first]);
	write_head(out, record);
	if (first)
		fputs("  ...\n", out);
	for (; first < count; first++)
		fprintf(out, "%s%s", rows[first],
			airy && first + 1 < count ? "\n" : "");
}

/* Shows the rows from `from` on; with `whole`, the ladder from its head on. */
static void show(struct session *session, size_t from, bool whole)
{
	const struct record *record = &session->view.record;
	struct paint *paint = &session->paint;
	struct say say;

	tell_make_room(session);
	if (whole && paint->big && isatty(STDOUT_FILENO))
		fputs("\033[H\033[2J\033[3J", stdout);
	else if (whole && paint->headed)
		fputc('\n', stdout);
	say_begin(&say);
	if (say.out && whole && paint->big) {
		write_big(say.out, record, paint->rows, paint->count);
	} else if (say.out) {
		if (whole)
			write_head(say.out, record);
		for (size_t i = from; i < paint->count; i++)
			fputs(paint->rows[i], say.out);
	}
	say_end(&say, paint->ascii);
	paint->headed = true;
}

/* How new rows stand to those on the screen. */
enum growth { GROWN, SAME, SHRUNK, OTHERS };

/* Takes new rows in; `*kept` is how many stand there already as they are. */
static enum growth take(struct session *session, size_t *kept)
{
	struct paint *paint = &session->paint;
	size_t count, before = paint->count;
	char **rows = make_rows(&session->view.record, &count);

	*kept = 0;
	while (*kept < count && *kept < before &&
		!strcmp(rows[*kept], paint->rows[*kept]))
		++*kept;
	paint_free(paint);
	paint->rows = rows;
	paint->count = count;
	if (*kept == before)
		return count == before ? SAME : GROWN;
	return *kept == count ? SHRUNK : OTHERS;
}

void paint_rows(struct session *session)
{
	size_t kept;
	enum growth growth = take(session, &kept);

	if (!session->paint.headed)
		growth = OTHERS;
	switch (growth) {
	case SAME:
		break;
	case GROWN:
		show(session, kept, session->paint.big);
		break;
	case SHRUNK:
		/* What a pipe has had it has had; a screen shows what is. */
		if (session->editor.is_tty || session->paint.big)
			show(session, 0, true);
		break;
	case OTHERS:
		show(session, 0, true);
		break;
	}
}

void paint_all(struct session *session)
{
	size_t kept;

	take(session, &kept);
	show(session, 0, true);
}
