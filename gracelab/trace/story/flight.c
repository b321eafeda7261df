/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "flight.h"

#include <sched.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "gracelab/trace/peek.h"
#include "said.h"
#include "sums.h"

/* From one end of the loopback to the other takes a tenth of that. */
#define TAKEN_S 50e-6

/* So many are one segment on any network, unless a program wants them smaller.
 */
#define SURE_BYTES_MAX 512

/* With others a send waits, or sends no bytes of the stream. */
#define SURE_FLAGS ((uint64_t)(MSG_NOSIGNAL | MSG_DONTWAIT | MSG_EOR))

/* What is sent at once was seen by then. */
#define LATE_NS 100000

/* A packet is not seen while its processor has put off taking it in. */
#define SEEN_NS 5000000

struct flight *flight_begin(struct story *story, const struct trace_call *call,
	struct connection *connection, enum side side)
{
	struct flight *flight = malloc(sizeof(*flight));

	if (!flight) {
		story->incomplete = true;
		return NULL;
	}
	*flight = (struct flight){
		.next = story->flights,
		.call = call,
		.connection = connection,
		.side = side,
		.row = ROWS_NONE,
	};
	story->flights = flight;
	return flight;
}

struct flight *flight_connecting(struct story *story, uint16_t port)
{
	struct flight *flight = story->flights;

	while (flight &&
		(!flight->socket || flight->connection ||
			flight->peer_port != port))
		flight = flight->next;
	return flight;
}

void flight_connected(struct flight *flight, struct connection *connection)
{
	flight->connection = connection;
	sockets_join(flight->socket, connection, CLIENT);
}

struct flight *flight_of_segment(struct story *story,
	const struct connection *connection, enum side sender,
	const struct segment *segment)
{
	struct flight *flight = story->flights;

	/* The list begins with the last to begin. */
	for (; flight; flight = flight->next)
		if (flight->connection == connection &&
			flight->side == sender && flight->row == ROWS_NONE &&
			(!segment->time_ns ||
				segment->time_ns >= flight->call->began_ns))
			return flight;
	return NULL;
}

static struct flight *flight_of(
	const struct story *story, const struct trace_call *call)
{
	struct flight *flight = story->flights;

	while (flight && flight->call != call)
		flight = flight->next;
	return flight;
}

bool flight_has_sent(const struct story *story, const struct trace_call *call)
{
	const struct flight *flight = flight_of(story, call);
	const struct row *row;

	row = flight ? rows_at(&story->rows, flight->row) : NULL;
	return row && story_seconds(story, 0) - row->rung.seconds > TAKEN_S;
}

static bool is_small_send(const struct trace_call *call)
{
	const struct call *what = call->what;
	bool has_address = what->number == SYS_sendto && call->args[4];
	uint64_t flags = what->flags ? call->args[what->flags] : 0;

	return what->kind == CALL_WRITE && what->bytes == CALL_BUFFER &&
		!call->narrow && !has_address && !(flags & ~SURE_FLAGS) &&
		call->args[2] && call->args[2] <= SURE_BYTES_MAX;
}

/* Whether what that side sends there goes out, and is seen. */
static bool is_open(
	const struct story *story, const struct trace_socket *socket)
{
	const struct connection *connection = socket->connection;

	return story->plan.wire && connection && socket->plain &&
		connection->has_pair && !connection->touched &&
		connection->shown[CLIENT] == STATE_ESTABLISHED &&
		connection->shown[SERVER] == STATE_ESTABLISHED &&
		/* Both ends are of programs that wait for their turn. */
		connection->users >= SIDES &&
		/* Nor does it begin to move in bulk meanwhile: who receives
		 * gets no more than was given. */
		connection->moved_bytes <
		SUMS_BULK_BYTES / 2 - SURE_BYTES_MAX &&
		progress_rests(&connection->progress[socket->side]);
}

/* Whether another call under way may send there. */
static bool has_company(const struct story *story, const struct flight *flight)
{
	const struct flight *other = story->flights;

	for (; other; other = other->next)
		if (other != flight && other->side == flight->side &&
			other->connection == flight->connection)
			return true;
	return false;
}

bool flight_is_sure(struct story *story, const struct trace_call *call)
{
	const struct trace_socket *socket = call->subject;
	struct flight *flight;
	size_t len = call->args[2];

	if (!socket || !is_small_send(call) || !is_open(story, socket))
		return false;
	flight = flight_of(story, call);
	if (!flight || has_company(story, flight))
		return false;
	char *bytes = malloc(len);

	/* EFAULT, if any of them is not to be had. */
	if (!bytes || peek_bytes(call, len, bytes, len) != len) {
		free(bytes);
		return false;
	}
	flight->bytes = bytes;
	flight->from = socket->connection->progress[socket->side].sent;
	return true;
}

static bool was_sent(const struct flight *flight)
{
	const struct connection *connection = flight->connection;

	return connection->progress[flight->side].sent - flight->from ==
		flight->call->args[2];
}

/* Before it, nothing was unacknowledged: if so much is, that is its, unless the
 * last ACK is yet to be taken in. */
static bool is_queued(const struct story *story, const struct flight *flight)
{
	const struct connection *connection = flight->connection;
	struct kernel_socket sockets[SIDES];

	return duration_wall_ns() - flight->call->began_ns > LATE_NS &&
		story->plan.kernels[CLIENT] &&
		!kernel_look_between(story->plan.kernels, &connection->pair,
			&sockets[CLIENT], &sockets[SERVER]) &&
		sockets[flight->side].unacked_bytes == flight->call->args[2];
}

bool flight_has_given(struct story *story, const struct trace_call *call)
{
	const struct flight *flight = flight_of(story, call);

	if (!flight)
		return false;
	return was_sent(flight) ? flight_has_sent(story, call)
				: is_queued(story, flight);
}

/* Whether its end has come to be known, once it has surely come. */
static bool has_shown(struct story *story, const struct flight *flight)
{
	uint64_t until_ns = duration_wall_ns() + SEEN_NS;

	for (;;) {
		story->plan.drain(story->plan.drain_context);
		if (was_sent(flight) || is_queued(story, flight))
			return true;
		if (duration_wall_ns() > until_ns)
			return false;
		sched_yield();
	}
}

void flight_conclude(struct story *story, struct trace_call *call)
{
	struct flight *flight = flight_of(story, call);
	struct trace_socket *socket = call->subject;

	call->result = CALL_NEVER;
	if (flight && has_shown(story, flight))
		call->result = (int64_t)call->args[2];
	if (call->result == CALL_NEVER) {
		socket->plain = false;
		said_lose(socket->connection, socket->side);
	}
	if (!flight)
		return;
	story->bytes = flight->bytes;
	flight->bytes = NULL;
}

void flight_end(struct story *story, struct flight *flight)
{
	struct flight **at = &story->flights;

	while (*at && *at != flight)
		at = &(*at)->next;
	if (*at)
		*at = flight->next;
	free(flight->bytes);
	free(flight);
}

void flight_free_all(struct story *story)
{
	while (story->flights)
		flight_end(story, story->flights);
}
