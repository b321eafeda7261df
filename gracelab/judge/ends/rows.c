/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rows.h"

#include <stdlib.h>
#include <string.h>

#include "arranged.h"
#include "gracelab/record/text.h"

/* Where the columns begin. */
struct columns {
	size_t client, front, proxy, back, server;
};

/* With the proxy's calls between the hops, and without. */
static const struct columns with_calls = { 9, 26, 40, 53, 66 };
static const struct columns without_calls = { 9, 28, 43, 43, 59 };

/* Of a longer ladder the beginning and the end are shown. */
enum { HEAD_ROWS = 80, TAIL_ROWS = 40 };

static double seconds_of(const struct rows_source *source, uint64_t time_ns)
{
	return time_ns > source->begun_ns
		? (double)(time_ns - source->begun_ns) / 1e9
		: 0;
}

static const char *result_of(
	const struct evidence_entry *call, char *room, size_t size)
{
	if (!call->data)
		return call->result;
	snprintf(room, size, "%llu", (unsigned long long)call->bytes);
	return room;
}

static const char *segment_of(
	const struct evidence_entry *segment, char *room, size_t size)
{
	if (!segment->data)
		return segment->text;
	snprintf(room, size, "%s %llu", segment->text,
		(unsigned long long)segment->bytes);
	return room;
}

/* Writes `text` at column `at`, or behind what stands there. */
static void put(FILE *out, size_t *column, size_t at, const char *text)
{
	size_t space = *column < at ? at - *column : 1;

	fprintf(out, "%*s%s", (int)space, "", text);
	*column += space + text_columns(text);
}

static void put_call(
	FILE *out, size_t *column, const struct arranged_row *row, size_t at)
{
	char text[80], room[24];
	const char *result = result_of(row->call, room, sizeof(room));

	snprintf(text, sizeof(text), "%s%s%s", row->call->text,
		*result ? " = " : "", result);
	put(out, column, at, text);
}

/*
 * `shutdown(back, SHUT_WR) = 0`: where the author of the proxy has a
 * descriptor, its hop is named. Who is not the first to call is named before.
 */
static void put_proxy_call(FILE *out, size_t *column,
	const struct arranged *table, const struct arranged_row *row, size_t at)
{
	const struct arranged_speaker *speaker = arranged_speaker(table, row);
	const char *call = row->call->text, *more = strchr(call, '(');
	int name = more ? (int)(more - call) : (int)strlen(call);
	char text[120], room[24], who[32] = "";
	const char *result = result_of(row->call, room, sizeof(room));

	if (speaker && speaker->process_number > 1)
		snprintf(who, sizeof(who), "p%u ", speaker->process_number);
	else if (speaker && speaker->thread_number > 1)
		snprintf(who, sizeof(who), "t%u ", speaker->thread_number);
	if (row->call->wide)
		snprintf(text, sizeof(text), "%s%s", who, call);
	else
		snprintf(text, sizeof(text), "%s%.*s(%s%s%s%s%s", who, name,
			call, row->hop == CLIENT ? "front" : "back",
			more ? ", " : ")", more ? more + 1 : "",
			*result ? " = " : "", result);
	put(out, column, at, text);
}

/* `── FIN ─▶`, or `✗─ data 5 ──` of one that is lost. */
static void draw_segment(const struct evidence_entry *segment, const char *name,
	char *text, size_t size)
{
	if (segment->right)
		snprintf(text, size, "── %s ─%s", name,
			segment->lost ? "✗" : "▶");
	else
		snprintf(text, size, "%s─ %s ──", segment->lost ? "✗" : "◀",
			name);
}

static void put_segment(
	FILE *out, size_t *column, const struct arranged_row *row, size_t at)
{
	char text[80], room[48];
	const char *name = segment_of(row->segment, room, sizeof(room));

	draw_segment(row->segment, name, text, sizeof(text));
	put(out, column, at, text);
}

static void write_row(FILE *out, const struct rows_source *source,
	const struct arranged *table, const struct arranged_row *row)
{
	const struct columns *at =
		arranged_has_proxy(table) ? &with_calls : &without_calls;
	bool ours = row->call && !row->proxy;
	size_t column = (size_t)fprintf(
		out, "%7.3f", seconds_of(source, arranged_time(row)));

	if (ours && row->side == CLIENT)
		put_call(out, &column, row, at->client);
	if (row->segment && row->hop == CLIENT)
		put_segment(out, &column, row, at->front);
	if (row->proxy && row->call)
		put_proxy_call(out, &column, table, row, at->proxy);
	if (row->segment && row->hop == SERVER)
		put_segment(out, &column, row, at->back);
	if (ours && row->side == SERVER)
		put_call(out, &column, row, at->server);
	fputc('\n', out);
}

static void write_head(FILE *out, const struct rows_source *source,
	const struct arranged *table)
{
	bool proxy = arranged_has_proxy(table);
	const struct columns *at = proxy ? &with_calls : &without_calls;
	size_t column = 0;

	put(out, &column, at->client,
		source->client ? source->client : "our client");
	if (source->hops[CLIENT] && !source->direct)
		put(out, &column, at->front, "client, proxy");
	if (proxy)
		put(out, &column, at->proxy, "the proxy");
	if (source->hops[SERVER])
		put(out, &column, at->back,
			source->direct ? "client, server" : "proxy, server");
	put(out, &column, at->server, "our server");
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

static void write_rows(FILE *out, const struct rows_source *source,
	const struct arranged *table)
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
			write_row(out, source, table, &table->rows[i]);
		else if (i == HEAD_ROWS)
			fprintf(out, "         ... %zu rows are left out\n",
				table->count - HEAD_ROWS - TAIL_ROWS);
	}
}

void rows_write(FILE *out, const char *title, const struct rows_source *source)
{
	struct arranged table = arranged_make(source);

	fprintf(out, "%s\n\n", title);
	write_head(out, source, &table);
	write_rows(out, source, &table);
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
	json_object_set_new(object, name, json_string(text));
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
	char room[48];
	const char *result = result_of(row->call, room, sizeof(room));

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
	char room[48];
	json_t *object =
		json_pack("{s:f}", "t", seconds_of(source, arranged_time(row)));

	if (object && row->call)
		add_call(object, source, row);
	if (!object || !row->segment)
		return object;
	add_text(object, "hop", hop_name(source, row));
	add_text(object, "from", sender(row, !source->direct));
	add_text(object, "segment",
		segment_of(row->segment, room, sizeof(room)));
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
