/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sums.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "words.h"

bool sums_is_bulk(const struct connection *connection)
{
	return connection && connection->moved_bytes >= SUMS_BULK_BYTES;
}

static bool is_same(const struct bulk *bulk, const struct trace_call *call)
{
	return bulk->name && bulk->thread == call->thread &&
		!strcmp(bulk->name, call->what->name);
}

bool sums_call(struct story *story, struct connection *connection,
	enum side side, const struct trace_call *call)
{
	struct bulk *bulk = &connection->bulk[side];

	if (!call->bulk || call->result <= 0)
		return false;
	if (bulk->name && !is_same(bulk, call))
		sums_tell(story, connection);
	bulk->name = call->what->name;
	bulk->process = call->process;
	bulk->thread = call->thread;
	bulk->calls++;
	bulk->bytes += (uint64_t)call->result;
	return true;
}

bool sums_segment(struct connection *connection, enum side sender,
	const struct segment *segment)
{
	if (!sums_is_bulk(connection))
		return false;
	connection->bulk_segments[sender]++;
	connection->bulk_segment_bytes[sender] += segment->payload_bytes;
	return true;
}

__attribute__((format(printf, 1, 2))) static char *print(
	const char *format, ...)
{
	va_list arguments;
	char *text = NULL;

	va_start(arguments, format);
	if (vasprintf(&text, format, arguments) < 0)
		text = NULL;
	va_end(arguments);
	return text;
}

/* What one side called; and the segments of its own. */
static void tell_side(
	struct story *story, struct connection *connection, enum side side)
{
	struct bulk *bulk = &connection->bulk[side];
	uint64_t segments = connection->bulk_segments[side];
	struct row *row;

	if (!bulk->name && !segments)
		return;
	row = rows_at(
		&story->rows, rows_add(&story->rows, story_seconds(story, 0)));
	if (!row) {
		story->incomplete = true;
		return;
	}
	row->rung.connection = connection->number;
	if (bulk->name) {
		row->rung.caller = (int)side;
		row->rung.call =
			print("%s, %" PRIu64 " times", bulk->name, bulk->calls);
		row->rung.result = print("%" PRIu64, bulk->bytes);
		row->rung.process = bulk->process;
		row->rung.thread = bulk->thread;
	}
	if (segments) {
		row->rung.sender = (int)side;
		row->rung.segment = print(
			"data %" PRIu64, connection->bulk_segment_bytes[side]);
	}
	*bulk = (struct bulk){ 0 };
	connection->bulk_segments[side] = 0;
	connection->bulk_segment_bytes[side] = 0;
}

void sums_tell(struct story *story, struct connection *connection)
{
	/* Who sends comes first. */
	enum side first = connection->bulk_segments[SERVER] >
			connection->bulk_segments[CLIENT]
		? SERVER
		: CLIENT;

	tell_side(story, connection, first);
	tell_side(story, connection, side_other(first));
}

void sums_tell_all(struct story *story)
{
	for (size_t i = 0; i < CONNECTION_BUCKETS; i++) {
		struct connection *connection = story->connections.buckets[i];

		for (; connection; connection = connection->next)
			sums_tell(story, connection);
	}
}
