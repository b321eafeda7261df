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
#include "lib/base/task.h"
#include "lib/net/port.h"
#include "remarks.h"
#include "said.h"
#include "speaker.h"
#include "story.h"
#include "subject.h"
#include "sums.h"
#include "told.h"

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

	if (!call_reaches(holding->call, fd) || !socket || !socket->is_tcp)
		return;
	if (socket->connection)
		sums_end(holding->story, socket->connection, socket->side);
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

	if (!socket && speaker_hides(story, call->process))
		remarks_note(story, call->process, TRACER_HIDDEN);
	if (!socket)
		return false;
	speaker_note(story, call->process, socket);
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
		return speaker_is(story, call->process);
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
	struct sockaddr_storage peer;
	struct flight *flight;

	if (!subject_peer(call, &peer))
		return;
	if (peer.ss_family == AF_UNSPEC) {
		if (socket->connection)
			flight_begin(
				story, call, socket->connection, socket->side);
		return;
	}
	/* Asking once more how a connection came about sends nothing. */
	if (socket->connection && !socket->connection->over &&
		socket->connection->shown[CLIENT] != STATE_GONE)
		return;
	if (socket->connection)
		sockets_join(socket, NULL, CLIENT);
	flight = flight_begin(story, call, NULL, CLIENT);
	if (!flight)
		return;
	flight->socket = socket;
	flight->peer_port = port_at(&peer);
}

/* Whether it is close(2) of what has sent no FIN yet, and so sends one, or a
 * RST, whatever the peer does: that tells when it is done. */
static bool closes_at_once(
	const struct story *story, const struct trace_call *call)
{
	const struct trace_socket *socket = call->subject;
	const struct connection *connection =
		socket ? socket->connection : NULL;

	return story->plan.wire && connection &&
		(connection->shown[socket->side] == STATE_ESTABLISHED ||
			connection->shown[socket->side] == STATE_CLOSE_WAIT) &&
		socket_closes(socket, call);
}

/* Whether it is a call that is told before its end, by what it does. */
static bool is_sure(struct story *story, const struct trace_call *call)
{
	return closes_at_once(story, call) || flight_is_sure(story, call);
}

static void begin(void *context, struct trace_call *call)
{
	struct story *story = context;
	struct trace_socket *socket = call->subject;
	struct holding holding = { story, call };

	if (!call->bulk)
		story_settle(story, false);
	if (subject_connects(call))
		begin_connect(story, call);
	else if (call_is_wide(call->what))
		peek_sockets(call->process, on_held, &holding);
	else if (socket && socket->connection && call_sends(call->what) &&
		!call->bulk) {
		if (call->what->kind == CALL_CLOSE)
			sums_end(story, socket->connection, socket->side);
		flight_begin(story, call, socket->connection, socket->side);
	}
	call->sure = is_sure(story, call);
}

static bool done(void *context, const struct trace_call *call)
{
	struct story *story = context;

	story->plan.drain(story->plan.drain_context);
	return call->what->kind == CALL_CLOSE ? flight_has_sent(story, call)
					      : flight_has_given(story, call);
}

/* What a call has moved; one that is sure has not said so itself. */
static void count(struct story *story, struct trace_call *call)
{
	const struct trace_socket *socket = call->subject;
	struct connection *connection = socket ? socket->connection : NULL;
	enum call_kind kind = call->what->kind;

	if (!connection || (kind != CALL_READ && kind != CALL_WRITE))
		return;
	if (call->sure)
		flight_conclude(story, call);
	if (call->result <= 0)
		return;
	connection->moved_bytes += (uint64_t)call->result;
	if (kind == CALL_WRITE)
		connection->progress[socket->side].given +=
			(uint32_t)call->result;
}

static void leave(void *context, struct trace_call *call)
{
	struct story *story = context;
	struct trace_socket *socket = call->subject;
	struct connection *connection = socket ? socket->connection : NULL;
	size_t number = ROWS_NONE;

	story->changes++;
	count(story, call);
	if (sums_is_bulk(connection))
		sums_note(story, socket, call);
	if (connection)
		said_take(story, connection, socket->side, call);
	if (connection && sums_call(story, socket, call)) {
		said_forget(story);
		if (++story->since_drained >= BULK_CALLS_PER_DRAIN) {
			story->since_drained = 0;
			story->plan.drain(story->plan.drain_context);
		}
		return;
	}
	story->plan.drain(story->plan.drain_context);
	subject_learn(story, call);
	if (call->subject)
		socket_heed(call->subject, socket, call);
	socket = call->subject;
	connection = socket ? socket->connection : NULL;
	if (connection)
		sums_tell(story, connection);
	told_precede(story, call);
	bool landed = told_land(story, call);

	if (!landed && told_is_news(story, call))
		number = told_add(story, call,
			socket ? socket->side
			       : speaker_side(story, call->process, call->root),
			connection);
	if (connection && !landed && number != ROWS_NONE) {
		if (!rows_at(&story->rows, connection->changer[CLIENT]) &&
			call_changes(call->what))
			connection->changer[CLIENT] =
				connection->changer[SERVER] = number;
		if (told_may_change(story, call))
			connections_touch(&story->connections, connection);
	}
	said_forget(story);
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
	sums_note(story, socket, call);
	sums_add(story, socket, call, &more);
}

static void abandon(void *context, struct trace_call *call)
{
	struct story *story = context;

	story->changes++;
	story->plan.drain(story->plan.drain_context);
	told_abandon(story, call);
	story_settle(story, false);
}

static void on_signal(void *context, const struct thread *thread, int signal)
{
	struct story *story = context;

	if (remarks_signal(story, thread, signal))
		story_settle(story, false);
}

static void ended(void *context, pid_t process, int root, int wait_status)
{
	struct story *story = context;

	(void)root;
	speaker_forget(story, process);
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
		.done = done,
		.bulk = bulk,
		.abandon = abandon,
		.signal = on_signal,
		.ended = ended,
		.remark = remarks_note,
		.context = story,
	};
}
