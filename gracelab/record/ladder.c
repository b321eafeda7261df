/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ladder.h"

#include <stdlib.h>
#include <string.h>

#include "text.h"

/* How wide the columns are. */
enum {
	CALL_WIDTH = LADDER_CLIENT_STATE_AT - LADDER_CLIENT_AT - 1,
	WIRE_WIDTH = LADDER_SERVER_STATE_AT - LADDER_WIRE_AT - 1,
};

/* One line of the page, its columns empty or filled. */
struct cells {
	char calls[SIDES][TEXT_LABEL_SIZE];
	const char *states[SIDES];
	char wire[64];
};

/* Writes `text` at column `at`; `*column` is where the line stands. */
static void put(FILE *out, int *column, int at, const char *text)
{
	if (!text || !*text)
		return;
	int space = *column < at ? at - *column : *column > 0;

	fprintf(out, "%*s%s", space, "", text);
	*column += space + (int)text_columns(text);
}

/* Writes the line, unless all of it is left out. */
static void put_cells(FILE *out, const struct cells *cells)
{
	int column = 0;

	put(out, &column, LADDER_CLIENT_AT, cells->calls[CLIENT]);
	put(out, &column, LADDER_CLIENT_STATE_AT, cells->states[CLIENT]);
	put(out, &column, LADDER_WIRE_AT, cells->wire);
	put(out, &column, LADDER_SERVER_STATE_AT, cells->states[SERVER]);
	put(out, &column, LADDER_SERVER_AT, cells->calls[SERVER]);
	if (column)
		fputc('\n', out);
}

/* "── data 5 ─▶" */
static void draw_segment(char *out, const struct rung *rung)
{
	bool right = rung->sender == CLIENT;
	const char *text = rung->segment;

	/* A number too long for the column goes without its word. */
	if (strlen(text) > WIRE_WIDTH - 1 && !strncmp(text, "data ", 5))
		text += 5;
	int label = (int)strlen(text);
	int spaces = label + 5 <= WIRE_WIDTH ? 1 : 0;
	int dashes = WIRE_WIDTH - 1 - label - 2 * spaces;
	int before = dashes / 2 > 0 ? dashes / 2 : 0;

	*out = '\0';
	if (!right)
		strcat(out, "◀");
	for (int i = 0; i < before + (right ? dashes % 2 : 0); i++)
		strcat(out, "─");
	strcat(out, spaces ? " " : "");
	strncat(out, text, 20);
	strcat(out, spaces ? " " : "");
	for (int i = 0; i < before + (right ? 0 : dashes % 2); i++)
		strcat(out, "─");
	if (right)
		strcat(out, "▶");
}

void ladder_write_head(FILE *out, const struct record *record)
{
	struct cells heading = {
		.calls = { "client", "server" },
		.states = { record->states ? "state" : NULL,
			record->states ? "state" : NULL },
	};

	fprintf(out, "%s%s%s\n\n", record->name, record->title ? ": " : "",
		record->title ? record->title : "");
	strcpy(heading.wire, record->wire ? "wire" : "");
	put_cells(out, &heading);
}

void ladder_write_rung(
	FILE *out, const struct record *record, const struct rung *rung)
{
	struct cells cells = { 0 }, more = { 0 };

	if (rung->call)
		text_label(rung, CALL_WIDTH, cells.calls[rung->caller],
			more.calls[rung->caller]);
	if (rung->segment && record->wire)
		draw_segment(cells.wire, rung);
	for (int side = 0; side < SIDES && record->states; side++)
		cells.states[side] = rung->states[side];
	put_cells(out, &cells);
	if (rung->call && *more.calls[rung->caller])
		put_cells(out, &more);
}

static void write_terminal(FILE *out, const char *whose, const char *text)
{
	fprintf(out, "\n  the %s's terminal\n", whose);
	if (!text || !*text)
		text = "(nothing)";
	while (*text) {
		size_t len = strcspn(text, "\n");
		const char *end = text + len;

		if (len)
			fputs("    ", out);
		text += text_write_wrapped(out, text, len, LADDER_WIDTH - 4);
		while (text < end) {
			fputs("\n        ", out);
			text += text_write_wrapped(out, text,
				(size_t)(end - text), LADDER_WIDTH - 8);
		}
		fputc('\n', out);
		text += *text == '\n';
	}
}

void ladder_write_foot(FILE *out, const struct record *record)
{
	write_terminal(out, "client", record->terminals[CLIENT]);
	write_terminal(out, "server", record->terminals[SERVER]);
	fprintf(out, "\n  %s\n", record->system);
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
	if (!record->wire)
		fprintf(out, "\n  The wire was not observed: %s\n",
			record->wire_why ? record->wire_why : "?");
	if (!record->states)
		fprintf(out, "\n  The kernels' states were not observed\n");
}

void ladder_write(FILE *out, const struct record *record)
{
	ladder_write_head(out, record);
	for (size_t i = 0; i < record->rung_count; i++)
		ladder_write_rung(out, record, &record->rungs[i]);
	ladder_write_foot(out, record);
}
