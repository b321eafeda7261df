/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "witness.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "flight.h"
#include "gracelab/trace/bypass_code.h"
#include "gracelab/trace/peek.h"
#include "lib/base/names.h"
#include "lib/net/port.h"
#include "remarks.h"
#include "said.h"
#include "story.h"
#include "subject.h"
#include "sums.h"
#include "words.h"

/* In bulk the wire is not looked at after each call. */
#define BULK_CALLS_PER_DRAIN 64

/* Of all that a process has open. */
struct holding {
	struct story *story;
	const struct trace_call *call;
};

static void on_held(void *context, int fd, uint64_t inode)
{
	struct holding *holding = context;
	struct trace_socket *socket =
		sockets_find(&holding->story->sockets, inode);

	if (holding->call->what->kind == CALL_CLOSE_RANGE &&
		((uint64_t)fd < holding->call->args[0] ||
			(uint64_t)fd > holding->call->args[1]))
		return;
	if (!socket || !socket->is_tcp)
		return;
	if (socket->connection && !socket->connection->over) {
		struct flight *flight = flight_begin(holding->story,
			holding->call, socket->connection, socket->side);

		if (flight)
			flight->socket = socket;
	}
}

static bool enter_on_socket(struct story *story, struct trace_call *call)
{
	struct trace_socket *socket =
		subject_of(story, call, subject_descriptor(story, call));

	if (!socket)
		return false;
	subject_note_speaker(story, call->process, true);
	call->subject = socket;
	call->group = socket->connection;
	call->bulk = sums_is_bulk(socket->connection) &&
		(call->what->kind == CALL_SENDFILE ||
			call->what->kind == CALL_SPLICE ||
			((call->what->bytes == CALL_BUFFER ||
				 call->what->bytes == CALL_VECTOR) &&
				peek_room(call) >= BYPASS_CALL_BYTES));
	call->stops = said_by_tls(socket->connection, socket->side);
	return true;
}

static bool choose(struct story *story, struct trace_call *call)
{
	uint64_t domain = call->args[0], type = call->args[1];

	switch (call->what->kind) {
	case CALL_SOCKET:
		return (domain == AF_INET || domain == AF_INET6) &&
			(type & ~(uint64_t)(SOCK_NONBLOCK | SOCK_CLOEXEC)) ==
			SOCK_STREAM;
	case CALL_WAIT:
	case CALL_CLOSE_RANGE:
	case CALL_EXEC:
	case CALL_EXIT:
		return subject_has_spoken(story, call->process);
	default:
		return enter_on_socket(story, call);
	}
}

static bool enter(void *context, struct trace_call *call)
{
	struct story *story = context;
	bool chosen = choose(story, call);

	descriptors_heed(&story->descriptors, call);
	return chosen;
}

static void begin_connect(struct story *story, struct trace_call *call)
{
	struct trace_socket *socket = call->subject;
	struct sockaddr_storage peer = { 0 };
	size_t size = call->args[2] < sizeof(peer) ? (size_t)call->args[2]
						   : sizeof(peer);
	struct flight *flight;

	/* Asking once more how a connection came about sends nothing. */
	if (socket->connection && !socket->connection->over &&
		socket->connection->shown[CLIENT] != STATE_GONE)
		return;
	if (socket->connection)
		sockets_join(socket, NULL, CLIENT);
	flight = flight_begin(story, call, NULL, CLIENT);
	if (!flight)
		return;
	peek_memory(call->thread, call->args[1], &peer, size);
	flight->socket = socket;
	flight->peer_port = port_at(&peer);
}

static void begin(void *context, struct trace_call *call)
{
	struct story *story = context;
	struct trace_socket *socket = call->subject;
	struct holding holding = { story, call };

	if (!call->bulk)
		story_settle(story, false);
	if (call->what->kind == CALL_CONNECT)
		begin_connect(story, call);
	else if (call_is_wide(call->what))
		peek_sockets(call->process, on_held, &holding);
	else if (socket && socket->connection && call_sends(call->what) &&
		!call->bulk)
		flight_begin(story, call, socket->connection, socket->side);
}

static void fill(struct story *story, struct rung *rung,
	const struct trace_call *call, enum side side)
{
	rung->caller = (int)side;
	rung->call = words_call(call);
	if (story->said.count)
		said_fill(story, rung, &story->said);
	else
		rung->text = words_text(call, story->plan.text_bytes);
	rung->result = words_result(call);
	rung->process = call->process;
	/* A process ends, whichever of its threads is the last. */
	rung->thread =
		call->what->kind == CALL_EXIT ? call->process : call->thread;
	rung->tie = call->tie && !rung->segment;
	if (!rung->call)
		story->incomplete = true;
}

/* A row for a call that has none. */
static size_t tell(struct story *story, const struct trace_call *call,
	enum side side, const struct connection *connection)
{
	size_t number = rows_add(&story->rows, story_seconds(story, 0));
	struct row *row = rows_at(&story->rows, number);

	if (!row) {
		story->incomplete = true;
		return ROWS_NONE;
	}
	row->rung.connection = connection ? connection->number : 0;
	fill(story, &row->rung, call, side);
	return number;
}

/* Whether its connection's states have to be looked at, behind a call. */
static bool may_change(const struct story *story, const struct trace_call *call)
{
	if (call->result < 0)
		return call->result != -EAGAIN;
	/* Else a segment tells. */
	if (story->plan.wire)
		return call_changes(call->what) &&
			call->what->kind != CALL_ACCEPT;
	return call->what->kind != CALL_READ || !call->result;
}

/* Ends the flights of a call; whether it has a row by one of them. */
static bool land(struct story *story, const struct trace_call *call)
{
	struct flight *flight = story->flights;
	bool any = false;

	while (flight) {
		struct flight *next = flight->next;
		struct row *row = flight->call == call
			? rows_at(&story->rows, flight->row)
			: NULL;

		if (row) {
			fill(story, &row->rung, call, flight->side);
			row->open = false;
			any = true;
		}
		if (flight->call == call) {
			if (flight->connection && may_change(story, call))
				connections_touch(&story->connections,
					flight->connection);
			flight_end(story, flight);
		}
		flight = next;
	}
	return any;
}

static void leave(void *context, struct trace_call *call)
{
	struct story *story = context;
	struct trace_socket *socket = call->subject;
	struct connection *connection = socket ? socket->connection : NULL;
	size_t number = ROWS_NONE;

	story->changes++;
	if (connection &&
		(call->what->kind == CALL_READ ||
			call->what->kind == CALL_WRITE) &&
		call->result > 0)
		connection->moved_bytes += (uint64_t)call->result;
	if (connection)
		story->said = said_take(story, connection, socket->side, call);
	if (connection && sums_call(story, connection, socket->side, call)) {
		tls_taken_free(&story->said);
		if (++story->since_drained >= BULK_CALLS_PER_DRAIN) {
			story->since_drained = 0;
			story->plan.drain(story->plan.drain_context);
		}
		return;
	}
	story->plan.drain(story->plan.drain_context);
	subject_learn(story, call);
	socket = call->subject;
	connection = socket ? socket->connection : NULL;
	if (connection)
		sums_tell(story, connection);
	bool landed = land(story, call);

	/* What only may have closed something is told if it did. */
	if (!landed && call->what->kind != CALL_EXEC &&
		call->what->kind != CALL_CLOSE_RANGE)
		number = tell(story, call,
			socket ? socket->side : subject_side(story, call->root),
			connection);
	if (connection && !landed && number != ROWS_NONE) {
		if (!rows_at(&story->rows, connection->changer[CLIENT]) &&
			call_changes(call->what))
			connection->changer[CLIENT] =
				connection->changer[SERVER] = number;
		if (may_change(story, call))
			connections_touch(&story->connections, connection);
	}
	tls_taken_free(&story->said);
	story_settle_drained(story);
}

static void bulk(void *context, const struct trace_call *call, uint64_t calls,
	uint64_t bytes, uint64_t again)
{
	const struct sums_calls more = { calls, bytes, again };
	struct story *story = context;
	struct trace_socket *socket =
		subject_of(story, call, subject_descriptor(story, call));

	if (!socket || !socket->connection)
		return;
	story->changes++;
	said_lose(socket->connection, socket->side);
	sums_add(story, socket->connection, socket->side, call, &more);
}

static void abandon(void *context, struct trace_call *call)
{
	struct story *story = context;

	story->plan.drain(story->plan.drain_context);
	/* What it gave nobody knows; where it sent something it stands there,
	 * without a result. */
	call->result = 0;
	for (struct flight *flight = story->flights, *next; flight;
		flight = next) {
		struct row *row = flight->call == call
			? rows_at(&story->rows, flight->row)
			: NULL;

		next = flight->next;
		if (row) {
			row->rung.caller = (int)flight->side;
			row->rung.call = words_call(call);
			row->rung.process = call->process;
			row->rung.thread = call->thread;
			row->open = false;
		}
		if (flight->call == call)
			flight_end(story, flight);
	}
}

static void ended(void *context, pid_t process, int root, int wait_status)
{
	struct story *story = context;

	(void)root;
	subject_note_speaker(story, process, false);
	descriptors_forget_all(&story->descriptors, process);
	story_settle(story, false);
	story->plan.ended(story->plan.ended_context, process, wait_status);
}

struct tracer_hooks witness_hooks(struct story *story)
{
	return (struct tracer_hooks){
		.enter = enter,
		.begin = begin,
		.leave = leave,
		.bulk = bulk,
		.abandon = abandon,
		.signal = remarks_signal,
		.ended = ended,
		.remark = remarks_note,
		.context = story,
	};
}
