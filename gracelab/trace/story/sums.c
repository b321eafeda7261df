/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sums.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "subject.h"
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

void sums_note(struct story *story, const struct trace_socket *socket,
	const struct trace_call *call)
{
	struct stream *stream = &socket->connection->streams[socket->side];

	stream->process = call->process;
	stream->fd = subject_descriptor(story, call);
	stream->inode = socket->inode;
}

void sums_add(struct story *story, const struct trace_socket *socket,
	const struct trace_call *call, const struct sums_calls *more)
{
	enum bulk_way way = call->what->kind == CALL_READ ? BULK_IN : BULK_OUT;
	struct connection *connection = socket->connection;
	struct bulk *bulk = &connection->bulk[socket->side][way];

	if (bulk->name && !is_same(bulk, call))
		tell(story, connection);
	bulk->name = words_name(call);
	bulk->process = call->process;
	bulk->thread = call->thread;
	bulk->calls += more->calls;
	bulk->bytes += more->bytes;
	bulk->again += more->again;
}

bool sums_call(struct story *story, const struct trace_socket *socket,
	const struct trace_call *call)
{
	struct sums_calls one = { .calls = 1 };

	if (!call->bulk || !call->result ||
		(call->result < 0 && call->result != -EAGAIN))
		return false;
	if (call->result > 0)
		one.bytes = (uint64_t)call->result;
	else
		one = (struct sums_calls){ .again = 1 };
	sums_add(story, socket, call, &one);
	return true;
}

/* How far a side's stream has got, as its kernel has it: by the connection, or
 * of one that was reset by who has its socket still. False: nobody tells, or of
 * another stream, or one whose first byte was not seen. */
static bool ask(const struct story *story, const struct connection *connection,
	enum side side, uint32_t *next)
{
	const struct progress *progress = &connection->progress[side];
	const struct stream *stream = &connection->streams[side];
	struct kernel *kernel = story->plan.kernels[side];
	uint64_t bytes;

	if (!(connection->has_pair && kernel &&
		    kernel_sent(kernel, &connection->pair, side, &bytes)) &&
		!socket_sent(stream->process, stream->fd, stream->inode, side,
			&bytes))
		return false;
	*next = progress->first + (uint32_t)bytes;
	return *next - progress->sent <= PROGRESS_WINDOW_MAX;
}

static bool thin(const struct story *story, const struct connection *connection,
	enum side side, bool on)
{
	return story->plan.thin &&
		story->plan.thin(story->plan.drain_context,
			connection->ports[side],
			connection->ports[side_other(side)], on);
}

/* Only of who is watched: before it can send on another connection, with the
 * same ports, a call of its has stopped, and sums_end() has been called. */
static void begin_thin(
	struct story *story, struct connection *connection, enum side side)
{
	struct stream *stream = &connection->streams[side];
	uint32_t next;

	stream->asked = true;
	stream->thinned = ask(story, connection, side, &next) &&
		thin(story, connection, side, true);
}

/* What has passed unseen; whether that is known. */
static bool catch_up(const struct story *story, struct connection *connection,
	enum side side)
{
	uint32_t next;

	if (!ask(story, connection, side, &next))
		return false;
	connection->bulk_sent[side] +=
		progress_reach(&connection->progress[side], next);
	return true;
}

static void end_thin(struct story *story, struct connection *connection,
	enum side side, bool known)
{
	struct stream *stream = &connection->streams[side];

	if (!stream->thinned)
		return;
	/* First: what goes by from now on is seen. */
	thin(story, connection, side, false);
	stream->thinned = false;
	stream->lost = !known && !catch_up(story, connection, side);
}

void sums_end(
	struct story *story, struct connection *connection, enum side side)
{
	end_thin(story, connection, side, false);
}

/* Whether its number is the end of the stream: a RST without ACK has the one
 * that its receiver expects (RFC 9293, section 3.5.2). */
static bool is_end(
	const struct progress *progress, const struct segment *segment)
{
	return segment->flags & SEGMENT_FIN ||
		(segment->flags & SEGMENT_ACK &&
			segment->seq == progress->sent);
}

bool sums_segment(struct story *story, struct connection *connection,
	enum side sender, const struct segment *segment)
{
	struct progress *progress = &connection->progress[sender];
	struct stream *stream = &connection->streams[sender];
	bool is_sum = sums_is_bulk(connection) &&
		!(segment->flags & (SEGMENT_SYN | SEGMENT_FIN | SEGMENT_RST));
	uint32_t unseen = progress_reach(progress, segment->seq);
	uint32_t from = progress->sent;

	progress_heed(connection->progress, sender, segment);
	if (is_sum || stream->thinned)
		connection->bulk_sent[sender] += unseen;
	if (segment->flags & (SEGMENT_FIN | SEGMENT_RST))
		end_thin(story, connection, sender, is_end(progress, segment));
	if (!is_sum)
		return false;
	connection->bulk_sent[sender] += progress->known
		? progress->sent - from
		: segment->payload_bytes;
	if (!stream->asked && stream->process &&
		progress->sent - progress->first >= SUMS_THIN_BYTES)
		begin_thin(story, connection, sender);
	return true;
}

static void catch_up_both(struct story *story, struct connection *connection)
{
	for (int side = 0; side < SIDES; side++)
		if (connection->streams[side].thinned &&
			!catch_up(story, connection, (enum side)side))
			sums_end(story, connection, (enum side)side);
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
	struct stream *stream = &connection->streams[side];
	uint64_t *sent = &connection->bulk_sent[side];
	bool sends = way == BULK_OUT && (*sent || stream->lost);
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
		row->rung.segment = print("data %" PRIu64 "%s", *sent,
			stream->lost ? " or more" : "");
	}
	*bulk = (struct bulk){ 0 };
	if (!sends)
		return;
	*sent = 0;
	stream->lost = false;
}

/* Who sends comes first. */
static enum side first_of(const struct connection *connection)
{
	return connection->bulk_sent[SERVER] > connection->bulk_sent[CLIENT]
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
	catch_up_both(story, connection);
	tell(story, connection);
}

void sums_tell_sent(struct story *story, struct connection *connection)
{
	harvest(story, connection);
	catch_up_both(story, connection);
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
