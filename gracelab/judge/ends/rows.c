/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rows.h"

#include <stdlib.h>
#include <string.h>

#include "arranged.h"
#include "cells.h"
#include "gracelab/record/text.h"
#include "lib/text/json_text.h"

/* Of a longer ladder the beginning and the end are shown. */
enum { HEAD_ROWS = 80, TAIL_ROWS = 40 };

static double seconds_of(const struct rows_source *source, uint64_t time_ns)
{
	return time_ns > source->begun_ns
		? (double)(time_ns - source->begun_ns) / 1e9
		: 0;
}

/* Writes what stands in a line; a text that another reaches has a new one. */
static void write_cells(FILE *out, const struct cells_places *places,
	size_t column, const struct cells *cells)
{
	for (int i = 0; i < CELLS_COLUMNS; i++) {
		const char *text = cells->texts[i];

		if (!*text)
			continue;
		if (column >= places->at[i]) {
			fputc('\n', out);
			column = 0;
		}
		fprintf(out, "%*s%s", (int)(places->at[i] - column), "", text);
		column = places->at[i] + text_columns(text);
	}
	fputc('\n', out);
}

static bool is_left_out(size_t i, size_t count)
{
	return count > HEAD_ROWS + TAIL_ROWS && i >= HEAD_ROWS &&
		i < count - TAIL_ROWS;
}

static bool is_incomplete(const struct evidence *evidence)
{
	return evidence && evidence->incomplete;
}

static bool lacks_some(const struct rows_source *source)
{
	for (int side = 0; side < SIDES; side++)
		if (is_incomplete(source->calls[side]) ||
			is_incomplete(source->proxy[side]) ||
			is_incomplete(source->hops[side]))
			return true;
	return false;
}

/* The first row behind the moment when grace gave up; all that follow are what
 * came of that. */
static size_t first_behind(
	const struct rows_source *source, const struct arranged *table)
{
	size_t i = 0;

	while (i < table->count &&
		(!source->given_up_ns ||
			arranged_time(&table->rows[i]) <= source->given_up_ns))
		i++;
	return i;
}

/* What is said there. */
static void say_given_up(
	const struct rows_source *source, char *text, size_t size)
{
	if (source->patience_ms)
		snprintf(text, size, "nothing for %.3g s: given up",
			(double)source->patience_ms / 1000);
	else
		snprintf(text, size, "the outcome is clear: ended");
}

/* Where the columns stand in all lines. */
static struct cells_places measure(
	const struct arranged *table, const struct cells *heads)
{
	struct cells_places places = cells_places(table);

	cells_fit(&places, heads);
	for (size_t i = 0; i < table->count; i++) {
		const struct cells cells = cells_of(table, &table->rows[i]);

		if (!is_left_out(i, table->count))
			cells_fit(&places, &cells);
	}
	return places;
}

static void write_row(FILE *out, const struct rows_source *source,
	const struct arranged *table, const struct cells_places *places,
	const struct arranged_row *row)
{
	const struct cells cells = cells_of(table, row);
	int column =
		fprintf(out, "%7.3f", seconds_of(source, arranged_time(row)));

	write_cells(out, places, (size_t)column, &cells);
}

static void write_rows(FILE *out, const struct rows_source *source,
	const struct arranged *table, const struct cells_places *places)
{
	size_t behind = first_behind(source, table);
	char text[64];

	say_given_up(source, text, sizeof(text));
	for (size_t i = 0; i <= table->count; i++) {
		if (i == behind && source->given_up_ns)
			fprintf(out, "%7.3f  %s\n",
				seconds_of(source, source->given_up_ns), text);
		if (i == table->count)
			return;
		if (!is_left_out(i, table->count))
			write_row(out, source, table, places, &table->rows[i]);
		else if (i == HEAD_ROWS)
			fprintf(out, "         ... %zu rows are left out\n",
				table->count - HEAD_ROWS - TAIL_ROWS);
	}
}

void rows_write(FILE *out, const char *title, const struct rows_source *source)
{
	struct arranged table = arranged_make(source);
	const struct cells heads = cells_heads(source, &table);
	const struct cells_places places = measure(&table, &heads);

	fprintf(out, "%s\n\n", title);
	write_cells(out, &places, 0, &heads);
	write_rows(out, source, &table, &places);
	if (source->remark)
		fprintf(out, "  %s\n", source->remark);
	if (source->lacks)
		fprintf(out, "  %s\n", source->lacks);
	if (lacks_some(source))
		fputs("  More was seen than there was room for.\n", out);
	arranged_free(&table);
}

/* Who has sent the row's segment. */
static const char *sender(const struct arranged_row *row, bool through)
{
	bool right = row->segment->right;

	if (through && right != (row->hop == CLIENT))
		return "proxy";
	return right ? "client" : "server";
}

static void add_text(json_t *object, const char *name, const char *text)
{
	json_object_set_new(object, name, json_text(text, strlen(text)));
}

static const char *hop_name(
	const struct rows_source *source, const struct arranged_row *row)
{
	return source->direct        ? "direct"
		: row->hop == CLIENT ? "front"
				     : "back";
}

static void add_call(json_t *object, const struct rows_source *source,
	const struct arranged_row *row)
{
	char room[CELLS_NAME_SIZE];
	const char *result = cells_result(row->call, room);

	add_text(object, "side", row->proxy ? "proxy" : side_name(row->side));
	add_text(object, "call", row->call->text);
	if (*result)
		add_text(object, "result", result);
	if (row->call->times > 1)
		json_object_set_new(
			object, "times", json_integer(row->call->times));
	if (!row->proxy)
		return;
	if (!row->call->wide)
		add_text(object, "hop", hop_name(source, row));
	json_object_set_new(object, "pid", json_integer(row->call->process));
	json_object_set_new(object, "thread", json_integer(row->call->thread));
}

static json_t *row_json(
	const struct rows_source *source, const struct arranged_row *row)
{
	char room[CELLS_NAME_SIZE];
	json_t *object =
		json_pack("{s:f}", "t", seconds_of(source, arranged_time(row)));

	if (object && row->call)
		add_call(object, source, row);
	if (!object || !row->segment)
		return object;
	add_text(object, "hop", hop_name(source, row));
	add_text(object, "from", sender(row, !source->direct));
	add_text(object, "segment", cells_segment(row->segment, room));
	if (row->segment->lost)
		json_object_set_new(object, "lost", json_true());
	if (row->segment->times > 1)
		json_object_set_new(
			object, "segments", json_integer(row->segment->times));
	return object;
}

static void add_event(json_t *rows, double seconds, const char *event)
{
	json_array_append_new(
		rows, json_pack("{s:f, s:s}", "t", seconds, "event", event));
}

static void add_rows(json_t *rows, const struct rows_source *source,
	const struct arranged *table)
{
	size_t behind = first_behind(source, table);
	char text[64];

	for (size_t i = 0; i <= table->count; i++) {
		if (i == behind && source->given_up_ns) {
			say_given_up(source, text, sizeof(text));
			add_event(rows, seconds_of(source, source->given_up_ns),
				text);
		}
		if (i == table->count)
			return;
		const struct arranged_row *row = &table->rows[i];

		if (!is_left_out(i, table->count)) {
			json_array_append_new(rows, row_json(source, row));
		} else if (i == HEAD_ROWS) {
			snprintf(text, sizeof(text), "%zu rows are left out",
				table->count - HEAD_ROWS - TAIL_ROWS);
			add_event(rows, seconds_of(source, arranged_time(row)),
				text);
		}
	}
}

json_t *rows_json(const struct rows_source *source)
{
	struct arranged table = arranged_make(source);
	json_t *rows = json_array();

	if (rows)
		add_rows(rows, source, &table);
	if (rows && source->remark)
		json_array_append_new(
			rows, json_pack("{s:s}", "event", source->remark));
	if (rows && source->lacks)
		json_array_append_new(
			rows, json_pack("{s:s}", "event", source->lacks));
	arranged_free(&table);
	return rows;
}
