/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sums.h"

#include <errno.h>
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
	return bulk->thread == call->thread &&
		!strcmp(bulk->name, words_name(call));
}

static void tell(struct story *story, struct connection *connection);

void sums_add(struct story *story, struct connection *connection,
	enum side side, const struct trace_call *call,
	const struct sums_calls *more)
{
	enum bulk_way way = call->what->kind == CALL_READ ? BULK_IN : BULK_OUT;
	struct bulk *bulk = &connection->bulk[side][way];

	if (bulk->name && !is_same(bulk, call))
		tell(story, connection);
	bulk->name = words_name(call);
	bulk->process = call->process;
	bulk->thread = call->thread;
	bulk->calls += more->calls;
	bulk->bytes += more->bytes;
	bulk->again += more->again;
}

bool sums_call(struct story *story, struct connection *connection,
	enum side side, const struct trace_call *call)
{
	struct sums_calls one = { .calls = 1 };

	if (!call->bulk || !call->result ||
		(call->result < 0 && call->result != -EAGAIN))
		return false;
	if (call->result > 0)
		one.bytes = (uint64_t)call->result;
	else
		one = (struct sums_calls){ .again = 1 };
	sums_add(story, connection, side, call, &one);
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

static struct row *add_row(
	struct story *story, const struct connection *connection)
{
	struct row *row = rows_at(
		&story->rows, rows_add(&story->rows, story_seconds(story, 0)));

	if (row)
		row->rung.connection = connection->number;
	else
		story->incomplete = true;
	return row;
}

/* What one side called in one way; and the segments of its own. */
static void tell_way(struct story *story, struct connection *connection,
	enum side side, enum bulk_way way)
{
	struct bulk *bulk = &connection->bulk[side][way];
	uint64_t *segments = &connection->bulk_segments[side];
	bool sends = way == BULK_OUT && *segments;
	struct row *row;

	if (!bulk->name && !sends)
		return;
	row = add_row(story, connection);
	if (row && bulk->name) {
		row->rung.caller = (int)side;
		row->rung.call = bulk->again
			? print("%s, %" PRIu64 " times, and %" PRIu64
				" times EAGAIN",
				  bulk->name, bulk->calls, bulk->again)
			: print("%s, %" PRIu64 " times", bulk->name,
				  bulk->calls);
		row->rung.result = print("%" PRIu64, bulk->bytes);
		row->rung.process = bulk->process;
		row->rung.thread = bulk->thread;
	}
	if (row && sends) {
		row->rung.sender = (int)side;
		row->rung.segment = print(
			"data %" PRIu64, connection->bulk_segment_bytes[side]);
	}
	*bulk = (struct bulk){ 0 };
	if (!sends)
		return;
	*segments = connection->bulk_segment_bytes[side] = 0;
}

/* Who sends comes first. */
static enum side first_of(const struct connection *connection)
{
	return connection->bulk_segments[SERVER] >
			connection->bulk_segments[CLIENT]
		? SERVER
		: CLIENT;
}

static void tell(struct story *story, struct connection *connection)
{
	enum side first = first_of(connection);

	tell_way(story, connection, first, BULK_OUT);
	tell_way(story, connection, side_other(first), BULK_IN);
	tell_way(story, connection, side_other(first), BULK_OUT);
	tell_way(story, connection, first, BULK_IN);
}

static void harvest(struct story *story, struct connection *connection)
{
	if (story->plan.harvest)
		story->plan.harvest(story->plan.harvest_context, connection);
}

void sums_tell(struct story *story, struct connection *connection)
{
	harvest(story, connection);
	/* What has been received by now was on the wire before. */
	if (sums_is_bulk(connection))
		story->plan.drain(story->plan.drain_context);
	tell(story, connection);
}

void sums_tell_sent(struct story *story, struct connection *connection)
{
	harvest(story, connection);
	enum side first = first_of(connection);

	tell_way(story, connection, first, BULK_OUT);
	tell_way(story, connection, side_other(first), BULK_OUT);
}

void sums_tell_all(struct story *story)
{
	for (size_t i = 0; i < CONNECTION_BUCKETS; i++) {
		struct connection *connection = story->connections.buckets[i];

		for (; connection; connection = connection->next)
			sums_tell(story, connection);
	}
}
