/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rows.h"

#include <stdlib.h>
#include <string.h>

#include "gracelab/record/text.h"

/* Where the columns begin: time, client, its hop, the server's hop, server. */
enum {
	CLIENT_AT = 9,
	FRONT_AT = 28,
	BACK_AT = 43,
	SERVER_AT = 59,
};

/* Of a longer ladder the beginning and the end are shown. */
enum { HEAD_ROWS = 80, TAIL_ROWS = 40 };

/* A call, the segment that it sent, or both. */
struct row {
	const struct evidence_entry *call, *segment;
	enum side side; /* of the call */
	enum side hop;  /* of the segment */
};

struct table {
	struct row *rows; /* owned */
	size_t count;
};

static uint64_t time_of(const struct row *row)
{
	return row->call ? row->call->time_ns : row->segment->time_ns;
}

static int by_time(const void *a, const void *b)
{
	const struct row *one = a, *other = b;
	uint64_t first = time_of(one), second = time_of(other);

	if (first != second)
		return first < second ? -1 : 1;
	/* What is sent follows from the call. */
	return (other->call != NULL) - (one->call != NULL);
}

static size_t entries_of(const struct evidence *evidence)
{
	return evidence ? evidence->count : 0;
}

/* A segment joins the row before it if that call has sent it. */
static bool has_sent(const struct row *call, const struct row *segment)
{
	return call->call && call->call->sends && !call->segment &&
		!segment->call && call->side == segment->hop &&
		segment->segment->right == (call->side == CLIENT);
}

/* Sorts, and puts what belongs together into one row. */
static void arrange(struct table *table, bool direct)
{
	size_t kept = 0;

	if (table->count)
		qsort(table->rows, table->count, sizeof(*table->rows), by_time);
	for (size_t i = 0; i < table->count; i++) {
		struct row row = table->rows[i];
		struct row *last = kept ? &table->rows[kept - 1] : NULL;

		/* Directly, the one hop is that of either side. */
		if (direct && last && last->call)
			row.hop = last->side;
		if (last && has_sent(last, &row)) {
			last->segment = row.segment;
			last->hop = direct ? SERVER : row.hop;
			continue;
		}
		row.hop = direct ? SERVER : row.hop;
		table->rows[kept++] = row;
	}
	table->count = kept;
}

static struct table make_table(const struct rows_source *source)
{
	struct table table = { 0 };
	size_t room = 1;

	for (int side = 0; side < SIDES; side++)
		room += entries_of(source->calls[side]) +
			entries_of(source->hops[side]);
	table.rows = calloc(room, sizeof(*table.rows));
	for (int side = 0; side < SIDES && table.rows; side++) {
		for (size_t i = 0; i < entries_of(source->calls[side]); i++)
			table.rows[table.count++] = (struct row){
				.call = &source->calls[side]->entries[i],
				.side = (enum side)side,
			};
		for (size_t i = 0; i < entries_of(source->hops[side]); i++)
			table.rows[table.count++] = (struct row){
				.segment = &source->hops[side]->entries[i],
				.hop = (enum side)side,
			};
	}
	arrange(&table, source->direct);
	return table;
}

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

static void put_call(FILE *out, size_t *column, const struct row *row)
{
	char text[80], room[24];
	const char *result = result_of(row->call, room, sizeof(room));

	snprintf(text, sizeof(text), "%s%s%s", row->call->text,
		*result ? " = " : "", result);
	put(out, column, row->side == CLIENT ? CLIENT_AT : SERVER_AT, text);
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

static void write_row(
	FILE *out, const struct rows_source *source, const struct row *row)
{
	char text[80], room[48];
	size_t column =
		(size_t)fprintf(out, "%7.3f", seconds_of(source, time_of(row)));

	if (row->call && row->side == CLIENT)
		put_call(out, &column, row);
	if (row->segment) {
		const char *name = segment_of(row->segment, room, sizeof(room));

		draw_segment(row->segment, name, text, sizeof(text));
		put(out, &column, row->hop == CLIENT ? FRONT_AT : BACK_AT,
			text);
	}
	if (row->call && row->side == SERVER)
		put_call(out, &column, row);
	fputc('\n', out);
}

static bool is_left_out(size_t i, size_t count)
{
	return count > HEAD_ROWS + TAIL_ROWS && i >= HEAD_ROWS &&
		i < count - TAIL_ROWS;
}

static bool lacks_some(const struct rows_source *source)
{
	for (int side = 0; side < SIDES; side++)
		if ((source->calls[side] && source->calls[side]->incomplete) ||
			(source->hops[side] && source->hops[side]->incomplete))
			return true;
	return false;
}

void rows_write(FILE *out, const char *title, const struct rows_source *source)
{
	struct table table = make_table(source);
	size_t column = 0;

	fprintf(out, "%s\n\n", title);
	put(out, &column, CLIENT_AT,
		source->client ? source->client : "our client");
	if (source->hops[CLIENT] && !source->direct)
		put(out, &column, FRONT_AT, "client, proxy");
	if (source->hops[SERVER])
		put(out, &column, BACK_AT,
			source->direct ? "client, server" : "proxy, server");
	put(out, &column, SERVER_AT, "our server");
	fputc('\n', out);
	for (size_t i = 0; i < table.count; i++)
		if (!is_left_out(i, table.count))
			write_row(out, source, &table.rows[i]);
		else if (i == HEAD_ROWS)
			fprintf(out, "         ... %zu rows are left out\n",
				table.count - HEAD_ROWS - TAIL_ROWS);
	if (source->given_up_ns)
		fprintf(out, "%7.3f  nothing for %.3g s: given up\n",
			seconds_of(source, source->given_up_ns),
			(double)source->patience_ms / 1000);
	if (source->remark)
		fprintf(out, "  %s\n", source->remark);
	if (lacks_some(source))
		fputs("  More was seen than there was room for.\n", out);
	free(table.rows);
}

/* Who has sent the row's segment. */
static const char *sender(const struct row *row, bool through)
{
	bool right = row->segment->right;

	if (through && right != (row->hop == CLIENT))
		return "proxy";
	return right ? "client" : "server";
}

static json_t *row_json(const struct rows_source *source, const struct row *row)
{
	char room[48];
	json_t *object =
		json_pack("{s:f}", "t", seconds_of(source, time_of(row)));

	if (object && row->call) {
		const char *result = result_of(row->call, room, sizeof(room));

		json_object_set_new(object, "side",
			json_string(row->side == CLIENT ? "client" : "server"));
		json_object_set_new(
			object, "call", json_string(row->call->text));
		if (*result)
			json_object_set_new(
				object, "result", json_string(result));
		if (row->call->times > 1)
			json_object_set_new(object, "times",
				json_integer(row->call->times));
	}
	if (object && row->segment) {
		bool through = !source->direct;

		json_object_set_new(object, "hop",
			json_string(!through                 ? "direct"
					: row->hop == CLIENT ? "front"
							     : "back"));
		json_object_set_new(
			object, "from", json_string(sender(row, through)));
		json_object_set_new(object, "segment",
			json_string(
				segment_of(row->segment, room, sizeof(room))));
		if (row->segment->lost)
			json_object_set_new(object, "lost", json_true());
		if (row->segment->times > 1)
			json_object_set_new(object, "segments",
				json_integer(row->segment->times));
	}
	return object;
}

static void add_event(json_t *rows, double seconds, const char *event)
{
	json_array_append_new(
		rows, json_pack("{s:f, s:s}", "t", seconds, "event", event));
}

json_t *rows_json(const struct rows_source *source)
{
	struct table table = make_table(source);
	json_t *rows = json_array();
	char text[64];

	for (size_t i = 0; i < table.count && rows; i++) {
		if (!is_left_out(i, table.count)) {
			json_array_append_new(
				rows, row_json(source, &table.rows[i]));
		} else if (i == HEAD_ROWS) {
			snprintf(text, sizeof(text), "%zu rows are left out",
				table.count - HEAD_ROWS - TAIL_ROWS);
			add_event(rows,
				seconds_of(source, time_of(&table.rows[i])),
				text);
		}
	}
	if (rows && source->given_up_ns) {
		snprintf(text, sizeof(text), "nothing for %.3g s: given up",
			(double)source->patience_ms / 1000);
		add_event(rows, seconds_of(source, source->given_up_ns), text);
	}
	if (rows && source->remark)
		json_array_append_new(
			rows, json_pack("{s:s}", "event", source->remark));
	free(table.rows);
	return rows;
}
