/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ladder.h"

#include <stdlib.h>
#include <string.h>

#include "arrow.h"
#include "lib/text/escape.h"
#include "text.h"

/* How wide a call may be. */
enum {
	CALL_WIDTH = LADDER_CLIENT_STATE_AT - LADDER_CLIENT_AT - 1,
	RECORD_WIDTH = CALL_WIDTH - 2,
};

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
	if (!text || !*text)
		return;
	int space = *column < at ? at - *column : *column > 0;
	size_t bytes = text_bytes_of(text, (size_t)(end - at));
	char *shown = strndup(text, bytes);

	if (!shown)
		return;
	fprintf(out, "%*s%s", space, "", shown);
	*column += space + (int)text_columns(shown);
	free(shown);
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

/* What was in the bytes of a call, record by record, each from a new line. */
static void put_records(FILE *out, const struct rung *rung)
{
	char text[TLS_TEXT_SIZE], word[TLS_TEXT_SIZE], fit[TEXT_LABEL_SIZE];

	for (size_t i = 0; i < rung->record_count; i++) {
		const char *at = text;

		tls_record_text(&rung->records[i], text);
		while (*at) {
			struct cells cells = { 0 };
			size_t len = text_bytes_of(at, RECORD_WIDTH);

			/* A line ends with a word. */
			while (at[len] && len && at[len] != ' ')
				len--;
			len = len ? len : strcspn(at, " ");
			snprintf(word, sizeof(word), "%.*s", (int)len, at);
			text_cut(fit, RECORD_WIDTH, word);
			snprintf(cells.calls[rung->caller], TEXT_LABEL_SIZE,
				"  %.*s", TEXT_LABEL_SIZE - 3, fit);
			put_cells(out, &cells);
			at += len;
			at += strspn(at, " ");
		}
	}
}

/* A row whose texts are fit to be shown. */
static void put_rung(
	FILE *out, const struct record *record, const struct rung *rung)
{
	struct cells cells = { .failed = rung->failed }, more = { 0 };
	bool states = record->states && (rung->states[0] || rung->states[1]);
	bool segment = record->wire && rung->segment;

	struct rung bare = *rung;

	bare.record_count = 0;
	if (rung->call)
		text_label(&bare, CALL_WIDTH, cells.calls[rung->caller],
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

void ladder_write_missing(FILE *out, const struct record *record)
{
	if (!record->private_network)
		fprintf(out, "\n  Played on the host's own loopback: %s\n",
			record->network_why ? record->network_why : "?");
	if (record->private_network && record->network_why)
		fprintf(out,
			"\n  The private network is not as it should be: %s\n",
			record->network_why);
	if (record_lacks_wire(record))
		fprintf(out, "\n  The wire was not observed: %s\n",
			record->wire_why ? record->wire_why : "?");
	if (!record->states)
		fprintf(out, "\n  The kernels' states were not observed\n");
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
