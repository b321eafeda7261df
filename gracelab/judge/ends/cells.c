/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cells.h"

#include <stdio.h>
#include <string.h>

#include "gracelab/record/text.h"

/* With the proxy's calls between the hops, and without. */
static const struct cells_places with_calls = { { 9, 26, 40, 53, 66 } };
static const struct cells_places without_calls = { { 9, 28, 43, 43, 59 } };

/* What is longer has the rest of its row below it. */
#define WIDTH_MAX 40

const char *cells_result(
	const struct evidence_entry *call, char room[CELLS_NAME_SIZE])
{
	if (!call->data)
		return call->result;
	snprintf(
		room, CELLS_NAME_SIZE, "%llu", (unsigned long long)call->bytes);
	return room;
}

const char *cells_segment(
	const struct evidence_entry *segment, char room[CELLS_NAME_SIZE])
{
	if (!segment->data)
		return segment->text;
	snprintf(room, CELLS_NAME_SIZE, "%s %llu", segment->text,
		(unsigned long long)segment->bytes);
	return room;
}

static void name_call(char *text, const struct evidence_entry *call)
{
	char room[CELLS_NAME_SIZE];
	const char *result = cells_result(call, room);

	snprintf(text, CELLS_TEXT_SIZE, "%s%s%s", call->text,
		*result ? " = " : "", result);
}

/*
 * `shutdown(back, SHUT_WR) = 0`: where the author of the proxy has a
 * descriptor, its hop is named. Who is not the first to call is named before.
 */
static void name_proxy_call(char *text, const struct arranged *table,
	const struct arranged_row *row)
{
	const struct arranged_speaker *speaker = arranged_speaker(table, row);
	const char *call = row->call->text, *more = strchr(call, '(');
	int name = more ? (int)(more - call) : (int)strlen(call);
	char room[CELLS_NAME_SIZE], who[32] = "";
	const char *result = cells_result(row->call, room);

	if (speaker && speaker->process_number > 1)
		snprintf(who, sizeof(who), "p%u ", speaker->process_number);
	else if (speaker && speaker->thread_number > 1)
		snprintf(who, sizeof(who), "t%u ", speaker->thread_number);
	if (row->call->wide)
		snprintf(text, CELLS_TEXT_SIZE, "%s%s", who, call);
	else
		snprintf(text, CELLS_TEXT_SIZE, "%s%.*s(%s%s%s%s%s", who, name,
			call, row->hop == CLIENT ? "front" : "back",
			more ? ", " : ")", more ? more + 1 : "",
			*result ? " = " : "", result);
}

/* `── FIN ─▶`, or `✗─ data 5 ──` of one that is lost. */
static void draw_segment(char *text, const struct evidence_entry *segment)
{
	char room[CELLS_NAME_SIZE];
	const char *name = cells_segment(segment, room);

	if (segment->right)
		snprintf(text, CELLS_TEXT_SIZE, "── %s ─%s", name,
			segment->lost ? "✗" : "▶");
	else
		snprintf(text, CELLS_TEXT_SIZE, "%s─ %s ──",
			segment->lost ? "✗" : "◀", name);
}

struct cells cells_of(
	const struct arranged *table, const struct arranged_row *row)
{
	struct cells cells = { 0 };

	if (row->call && row->proxy)
		name_proxy_call(cells.texts[CELLS_PROXY], table, row);
	else if (row->call)
		name_call(cells.texts[row->side == CLIENT ? CELLS_CLIENT
							  : CELLS_SERVER],
			row->call);
	if (row->segment)
		draw_segment(cells.texts[row->hop == CLIENT ? CELLS_FRONT
							    : CELLS_BACK],
			row->segment);
	return cells;
}

static void set_head(
	struct cells *cells, enum cells_column column, const char *text)
{
	snprintf(cells->texts[column], CELLS_TEXT_SIZE, "%s", text);
}

struct cells cells_heads(
	const struct rows_source *source, const struct arranged *table)
{
	struct cells cells = { 0 };

	set_head(&cells, CELLS_CLIENT,
		source->client ? source->client : "our client");
	if (source->hops[CLIENT] && !source->direct)
		set_head(&cells, CELLS_FRONT, "client, proxy");
	if (arranged_has_proxy(table))
		set_head(&cells, CELLS_PROXY, "the proxy");
	if (source->hops[SERVER])
		set_head(&cells, CELLS_BACK,
			source->direct ? "client, server" : "proxy, server");
	set_head(&cells, CELLS_SERVER, "our server");
	return cells;
}

struct cells_places cells_places(const struct arranged *table)
{
	return arranged_has_proxy(table) ? with_calls : without_calls;
}

void cells_fit(struct cells_places *places, const struct cells *cells)
{
	for (int i = 0, next; i < CELLS_COLUMNS; i = next) {
		size_t width = text_columns(cells->texts[i]), end;

		next = i + 1;
		while (next < CELLS_COLUMNS && !*cells->texts[next])
			next++;
		end = places->at[i] + width + 1;
		if (!width || width > WIDTH_MAX || next == CELLS_COLUMNS ||
			end <= places->at[next])
			continue;
		size_t more = end - places->at[next];

		for (int k = i + 1; k < CELLS_COLUMNS; k++)
			places->at[k] += more;
	}
}
