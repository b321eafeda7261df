/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ladder.h"

#include <stdlib.h>
#include <string.h>

#include "arrow.h"
#include "lib/text/escape.h"
#include "text.h"

/* How wide a call may be. */
enum { CALL_WIDTH = LADDER_CLIENT_STATE_AT - LADDER_CLIENT_AT - 1 };

_Static_assert(LADDER_WIRE_AT + ARROW_COLUMNS < LADDER_SERVER_STATE_AT,
	"an arrow fits its column");

/* One line of the page, its columns empty or filled. */
struct cells {
	bool failed;
	char calls[SIDES][TEXT_LABEL_SIZE];
	const char *states[SIDES];
	char wire[ARROW_SIZE];
};

/*
 * Writes as much of `text` as fits between the columns `at` and `end`;
 * `*column` is where the line stands.
 */
static void put(FILE *out, int *column, int at, int end, const char *text)
{
	static const char blank[LADDER_SERVER_AT + 1] =
		"                                                            ";

	if (!text || !*text)
		return;
	size_t columns;
	size_t bytes = text_measure(text, (size_t)(end - at), &columns);
	int space = *column < at ? at - *column : *column > 0;

	fwrite(blank, 1, (size_t)space, out);
	fwrite(text, 1, bytes, out);
	*column += space + (int)columns;
}

/* Writes the line, unless all of it is left out. */
static void put_cells(FILE *out, const struct cells *cells)
{
	int column = 0;

	put(out, &column, LADDER_MARK_AT, LADDER_CLIENT_AT - 1,
		cells->failed ? "!" : NULL);
	put(out, &column, LADDER_CLIENT_AT, LADDER_CLIENT_STATE_AT - 1,
		cells->calls[CLIENT]);
	put(out, &column, LADDER_CLIENT_STATE_AT, LADDER_WIRE_AT - 1,
		cells->states[CLIENT]);
	put(out, &column, LADDER_WIRE_AT, LADDER_SERVER_STATE_AT - 1,
		cells->wire);
	put(out, &column, LADDER_SERVER_STATE_AT, LADDER_SERVER_AT - 1,
		cells->states[SERVER]);
	put(out, &column, LADDER_SERVER_AT, LADDER_WIDTH, cells->calls[SERVER]);
	if (column)
		fputc('\n', out);
}

/*
 * Writes a text of any bytes, its lines wrapped: `first` before each, and
 * `more` before what goes on.
 */
static void write_lines(
	FILE *out, const char *text, const char *first, const char *more)
{
	while (*text) {
		size_t len = strcspn(text, "\n");
		const char *before = len ? first : "";
		char *shown = malloc(ESCAPE_SIZE(len));

		if (!shown)
			return;
		size_t left = escape_shown(shown, text, len);
		const char *at = shown;

		do {
			fputs(before, out);
			size_t taken = text_write_wrapped(
				out, at, left, LADDER_WIDTH - strlen(before));

			fputc('\n', out);
			at += taken;
			left -= taken;
			before = more;
		} while (left);
		free(shown);
		text += len + (text[len] == '\n');
	}
}

void ladder_write_head(FILE *out, const struct record *record)
{
	struct cells heading = {
		.calls = { "client", "server" },
		.states = { record->states ? "state" : NULL,
			record->states ? "state" : NULL },
	};
	char *title = NULL;

	if (record->title &&
		asprintf(&title, "%s: %s", record->name, record->title) < 0)
		title = NULL;
	write_lines(out, title ? title : record->name, "", "");
	free(title);
	if (record->asks)
		write_lines(out, record->asks, "", "");
	fputc('\n', out);
	strcpy(heading.wire,
		record->wire                ? "wire"
			: record->over_unix ? "UNIX socket"
					    : "");
	put_cells(out, &heading);
}

/* What was in the bytes of a call, record by record. */
static void put_records(FILE *out, const struct rung *rung)
{
	struct text_records records = { 0 };
	struct cells cells = { 0 };

	while (text_next_record(
		&records, rung, CALL_WIDTH, cells.calls[rung->caller]))
		put_cells(out, &cells);
}

/* A row whose texts are fit to be shown. */
static void put_rung(
	FILE *out, const struct record *record, const struct rung *rung)
{
	struct cells cells = { .failed = rung->failed }, more = { 0 };
	bool states = record->states && (rung->states[0] || rung->states[1]);
	bool segment = record->wire && rung->segment;

	if (rung->call)
		text_label(rung, CALL_WIDTH, cells.calls[rung->caller],
			more.calls[rung->caller]);
	else if (rung->failed && !segment && !states)
		strcpy(cells.calls[CLIENT], "the play failed here");
	if (segment)
		arrow_draw(cells.wire, rung);
	else if (!rung->call && states && rung->connection)
		snprintf(cells.wire, sizeof(cells.wire), "[%u]",
			rung->connection);
	for (int side = 0; side < SIDES && record->states; side++)
		cells.states[side] = rung->states[side];
	put_cells(out, &cells);
	if (rung->call && *more.calls[rung->caller])
		put_cells(out, &more);
	if (rung->call)
		put_records(out, rung);
}

void ladder_write_rung(
	FILE *out, const struct record *record, const struct rung *rung)
{
	struct rung fit;

	if (text_is_fit(rung)) {
		put_rung(out, record, rung);
		return;
	}
	if (!text_fit(&fit, rung, escape_shown))
		return;
	put_rung(out, record, &fit);
	record_free_rung(&fit);
}

static void write_terminal(FILE *out, const char *whose, const char *text)
{
	fprintf(out, "\n  %s's terminal\n", whose);
	write_lines(
		out, text && *text ? text : "(nothing)", "    ", "        ");
}

void ladder_write_foot(FILE *out, const struct record *record)
{
	write_terminal(out, "the client", record->terminals[CLIENT]);
	write_terminal(out, "the server", record->terminals[SERVER]);
	for (unsigned who = ACTORS_MORE; who < ACTORS_MAX; who++)
		if (record->terminals[who])
			write_terminal(
				out, actor_name(who), record->terminals[who]);
	fputc('\n', out);
	write_lines(out, record->system, "  ", "    ");
}

void ladder_write_remarks(FILE *out, const struct record *record)
{
	char *remark;

	for (size_t i = 0; (remark = record_remark(record, i)); i++) {
		fprintf(out, "\n  %s\n", remark);
		free(remark);
	}
}

void ladder_write_failure(FILE *out, const struct record *record)
{
	if (!record->failed)
		return;
	fputc('\n', out);
	write_lines(out, record_why_failed(record), "! ", "    ");
}

void ladder_write(FILE *out, const struct record *record)
{
	if (record->table) {
		fprintf(out, "%s\n  %s\n", record->table, record->system);
		return;
	}
	ladder_write_head(out, record);
	for (size_t i = 0; i < record->rung_count; i++)
		ladder_write_rung(out, record, &record->rungs[i]);
	ladder_write_foot(out, record);
}
