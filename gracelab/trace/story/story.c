/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "story.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "flight.h"
#include "lib/base/duration.h"
#include "remarks.h"
#include "sums.h"

/* How often what is over is cleared away. */
#define SWEEP_EVERY 512

/* Where nothing has happened, a state in passing stays so for longer: it waits
 * for an ACK that the other kernel delays, or that comes from far away. */
#define LOOK_AGAIN_NS 200000

void story_begin(struct story *story, const struct story_plan *plan)
{
	*story =
		(struct story){ .plan = *plan, .began_ns = duration_wall_ns() };
}

/* Where the sides must be in a network of its own. */
static bool guess_pair(struct story *story, const struct segment *segment,
	struct connection *connection)
{
	for (int side = 0; side < SIDES; side++) {
		struct sockaddr_storage *address = side == CLIENT
			? &connection->pair.client
			: &connection->pair.server;
		struct sockaddr_in *in = (void *)address;
		struct sockaddr_in6 *in6 = (void *)address;
		const char *name = segment->is_ipv6
			? story->plan.addresses6[side]
			: story->plan.addresses[side];

		if (!name)
			return false;
		if (segment->is_ipv6) {
			in6->sin6_family = AF_INET6;
			in6->sin6_port = htons(connection->ports[side]);
			inet_pton(AF_INET6, name, &in6->sin6_addr);
		} else {
			in->sin_family = AF_INET;
			in->sin_port = htons(connection->ports[side]);
			inet_pton(AF_INET, name, &in->sin_addr);
		}
	}
	return true;
}

/* A connection's first segment. */
static struct connection *meet(
	struct story *story, const struct segment *segment)
{
	struct flight *connecting = flight_connecting(story, segment->dport);
	struct connection *connection;

	if (!story->plan.own_network && !connecting &&
		!sockets_listen(&story->sockets, segment->dport))
		return NULL;
	connection = connections_add(
		&story->connections, segment->sport, segment->dport);
	if (!connection) {
		story->incomplete = true;
		return NULL;
	}
	connection->isn = segment->seq;
	connection->has_isn = true;
	connection->has_pair = guess_pair(story, segment, connection);
	if (connecting)
		flight_connected(connecting, connection);
	if (connection->number % SWEEP_EVERY == 0) {
		sockets_sweep(&story->sockets);
		connections_sweep(&story->connections);
	}
	return connection;
}

static void be_over(struct story *story, struct connection *connection)
{
	connection->over = true;
	for (int side = 0; side < SIDES; side++)
		sums_end(story, connection, (enum side)side);
}

static struct connection *connection_of(
	struct story *story, const struct segment *segment, enum side *sender)
{
	bool first = (segment->flags & SEGMENT_SYN) &&
		!(segment->flags & SEGMENT_ACK);
	struct connection *connection =
		connection_of_segment(&story->connections, segment, sender);

	if (!first ||
		(connection && connection->has_isn &&
			connection->isn == segment->seq))
		return connection;
	if (connection)
		be_over(story, connection);
	*sender = CLIENT;
	return meet(story, segment);
}

void story_segment(struct story *story, const struct segment *segment)
{
	char text[SEGMENT_TEXT_SIZE];
	enum side sender;
	struct connection *connection;
	bool changes =
		segment->flags & (SEGMENT_SYN | SEGMENT_FIN | SEGMENT_RST);

	if (segment_is_pure_ack(segment))
		return;
	connection = connection_of(story, segment, &sender);
	if (!connection)
		return;
	story->changes++;
	if (sums_segment(story, connection, sender, segment))
		return;
	sums_tell_sent(story, connection);
	struct flight *flight =
		flight_of_segment(story, connection, sender, segment);
	size_t number =
		rows_add(&story->rows, story_seconds(story, segment->time_ns));
	struct row *row = rows_at(&story->rows, number);

	if (!row) {
		story->incomplete = true;
		return;
	}
	segment_text(segment, text);
	row->rung.sender = (int)sender;
	row->rung.segment = strdup(text);
	row->rung.connection = connection->number;
	if (flight) {
		flight->row = number;
		row->open = true;
	}
	if (!changes)
		return;
	connection->changer[CLIENT] = connection->changer[SERVER] = number;
	/* Not before the ACK of it, which has no row. */
	if (sender == SERVER && (segment->flags & SEGMENT_SYN)) {
		connection->changer[SERVER] = CONNECTION_NO_ROW;
		connection->answered = true;
	}
	connections_touch(&story->connections, connection);
}

/* The row that shows a side's change of state, made if there is none. */
static struct row *row_of_change(
	struct story *story, struct connection *connection, int side)
{
	struct row *row = rows_at(&story->rows, connection->changer[side]);

	if (row && row->rung.connection == connection->number)
		return row;
	size_t number = rows_add(&story->rows, story_seconds(story, 0));

	row = rows_at(&story->rows, number);
	if (!row)
		return NULL;
	row->rung.connection = connection->number;
	connection->changer[side] = number;
	if (!rows_at(&story->rows,
		    connection->changer[side_other((enum side)side)]))
		connection->changer[side_other((enum side)side)] = number;
	return row;
}

static void show_state(struct story *story, struct connection *connection,
	int side, enum tcp_state state)
{
	struct row *row;

	if (connection->shown[side] == state)
		return;
	connection->shown[side] = state;
	row = row_of_change(story, connection, side);
	if (!row)
		return;
	free(row->rung.states[side]);
	row->rung.states[side] = strdup(state_name(state));
}

/* Whether the state is one to be shown while others still happen. */
static bool is_settled(enum tcp_state state)
{
	return !state_is_passing(state) && state != STATE_SYN_RECV &&
		state != STATE_CLOSE;
}

static bool is_ended(enum tcp_state state)
{
	return state == STATE_GONE || state == STATE_TIME_WAIT;
}

/* Looks at both ends; whether the connection need not be looked at again. */
static bool look(struct story *story, struct connection *connection, bool idle)
{
	struct kernel_socket sockets[SIDES];
	bool settled = true;

	if (!connection->has_pair || !story->plan.kernels[CLIENT] ||
		kernel_glance_between(story->plan.kernels, &connection->pair,
			&sockets[CLIENT], &sockets[SERVER]))
		return true;
	for (int side = 0; side < SIDES; side++) {
		enum tcp_state state = sockets[side].state;

		if (is_settled(state) || (idle && state != STATE_CLOSE))
			show_state(story, connection, side, state);
		settled = settled && is_settled(state);
	}
	if (is_ended(sockets[CLIENT].state) && is_ended(sockets[SERVER].state))
		be_over(story, connection);
	if (settled)
		connection->changer[CLIENT] = connection->changer[SERVER] =
			CONNECTION_NO_ROW;
	return settled;
}

static bool was_just_looked(const struct story *story)
{
	return story->looked_changes == story->changes &&
		duration_wall_ns() - story->looked_ns < LOOK_AGAIN_NS;
}

static void look_at_all(struct story *story, bool idle)
{
	struct connections *connections = &story->connections;
	size_t kept = 0;

	if (!connections->touched_count || (!idle && was_just_looked(story)))
		return;
	story->looked_changes = story->changes;
	story->looked_ns = duration_wall_ns();
	for (size_t i = 0; i < connections->touched_count; i++) {
		struct connection *connection = connections->touched[i];

		connection->touched = !look(story, connection, idle);
		if (connection->touched)
			connections->touched[kept++] = connection;
	}
	connections->touched_count = kept;
}

void story_settle(struct story *story, bool idle)
{
	story->plan.drain(story->plan.drain_context);
	look_at_all(story, idle);
	rows_flush(&story->rows, false, story->plan.take, story->plan.context);
}

void story_settle_drained(struct story *story)
{
	if (story->connections.touched_count)
		story_settle(story, false);
	else
		rows_flush(&story->rows, false, story->plan.take,
			story->plan.context);
}

void story_idle(struct story *story)
{
	story_settle(story, true);
}

bool story_listening(const struct story *story, uint16_t *port)
{
	bool any = false;

	for (size_t i = 0; i < SOCKET_BUCKETS; i++) {
		const struct trace_socket *socket = story->sockets.buckets[i];

		for (; socket; socket = socket->next) {
			if (!socket->listening || socket->closed)
				continue;
			*port = socket->port;
			any = true;
		}
	}
	return any;
}

bool story_rests(const struct story *story)
{
	for (size_t i = 0; i < CONNECTION_BUCKETS; i++) {
		const struct connection *connection =
			story->connections.buckets[i];

		for (; connection; connection = connection->next)
			if (!connection->over &&
				(connection->touched ||
					!is_ended(connection->shown[SERVER])))
				return false;
	}
	return true;
}

void story_end(struct story *story)
{
	story_settle(story, true);
	sums_tell_all(story);
	rows_flush(&story->rows, true, story->plan.take, story->plan.context);
	remarks_end(story);
	flight_free_all(story);
	rows_free(&story->rows);
	sockets_free(&story->sockets);
	connections_free(&story->connections);
	descriptors_free(&story->descriptors);
	free(story->spoken);
	story->spoken = NULL;
}
