/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "connections.h"

#include "lib/net/port.h"

/* As the ladder has it: client2's connection is the second. */
static unsigned number_of(const struct play *play, unsigned client)
{
	if (!play->experiment->many)
		return 0;
	return client == CLIENT ? 1 : client;
}

struct connection *connections_of(struct play *play, unsigned who)
{
	return &play->connections[who == SERVER ? play->served : who];
}

unsigned connections_number(const struct play *play, unsigned who)
{
	return who == SERVER ? 0 : number_of(play, who);
}

/* The client with that end, or ACTORS_MAX. */
static unsigned client_at(
	const struct play *play, const struct sockaddr_storage *end)
{
	struct kernel_pair pair = { .client = *end };

	for (unsigned who = 0; who < ACTORS_MAX; who++) {
		pair.server = play->connections[who].pair.server;
		if (kernel_pair_equal(&pair, &play->connections[who].pair))
			return who;
	}
	return ACTORS_MAX;
}

/* Where a program is connected: its events say both ends. */
static bool read_pair(
	const char *client, const char *server, struct kernel_pair *pair)
{
	return client && server && net_parse_end(client, &pair->client) &&
		net_parse_end(server, &pair->server);
}

void connections_begin(
	struct play *play, unsigned client, const struct kernel_pair *pair)
{
	struct connection *connection = &play->connections[client];

	if (connection->known && kernel_pair_equal(&connection->pair, pair))
		return;
	*connection = (struct connection){ .known = true, .pair = *pair };
}

/* A client is connected; whether the server has accepted is to be seen. */
static void connect_one(
	struct play *play, unsigned client, const struct event *event)
{
	struct connection *connection = &play->connections[client];
	struct kernel_pair pair;

	if (play->experiment->over_unix)
		*connection = (struct connection){ .waits = true };
	else if (read_pair(event->local, event->peer, &pair) &&
		!kernel_pair_equal(&connection->pair, &pair))
		*connection = (struct connection){ .pair = pair };
}

/*
 * A UNIX client has no name: who waits first is accepted first, and who has not
 * told yet that it is connected is the one that acts.
 */
static void accept_unix(struct play *play, const struct event *event)
{
	unsigned client = 0;

	while (client < ACTORS_MAX && !play->connections[client].waits)
		client++;
	if (client == ACTORS_MAX)
		client = play->acting == SERVER ? CLIENT : play->acting;
	play->connections[client].waits = false;
	play->connections[client].served = event->conn;
}

/* The server's event says whose connection it has accepted. */
static void accept_one(struct play *play, const struct event *event)
{
	struct kernel_pair pair;

	if (play->experiment->over_unix)
		accept_unix(play, event);
	if (!read_pair(event->peer, event->local, &pair))
		return;
	unsigned client = client_at(play, &pair.client);

	/* Before its own event has come, it is the one that acts. */
	if (client == ACTORS_MAX)
		client = play->acting == SERVER ? CLIENT : play->acting;
	struct connection *connection = &play->connections[client];

	if (!connection->known ||
		!kernel_pair_equal(&connection->pair, &pair)) {
		*connection =
			(struct connection){ .known = true, .pair = pair };
		/* As the rungs of connect and accept show it. */
		connection->shown[CLIENT] = connection->shown[SERVER] =
			STATE_ESTABLISHED;
	}
	connection->served = event->conn;
}

unsigned connections_hear(
	struct play *play, unsigned who, const struct event *event)
{
	if (who == SERVER && event->kind == EVENT_ACCEPT)
		accept_one(play, event);
	if (who != SERVER && event->kind == EVENT_CONNECT)
		connect_one(play, who, event);
	if (who != SERVER)
		return number_of(play, who);
	if (!event->conn)
		return 0;
	for (unsigned client = 0; client < ACTORS_MAX; client++)
		if (play->connections[client].served == event->conn)
			play->served = client;
	return number_of(play, play->served);
}

/* Whose it is, by the client's port: else who acts has tried in vain. */
static unsigned client_of(
	const struct play *play, const struct rungs_segment *segment)
{
	uint16_t port = segment->sender == CLIENT ? segment->segment.sport
						  : segment->segment.dport;

	for (unsigned who = 0; who < ACTORS_MAX; who++)
		if (play->connections[who].known &&
			port_at(&play->connections[who].pair.client) == port)
			return who;
	return play->acting == SERVER ? play->served : play->acting;
}

void connections_name_segments(struct play *play)
{
	for (size_t i = 0; i < play->rungs.segment_count; i++) {
		struct rungs_segment *segment = &play->rungs.segments[i];

		segment->connection = number_of(play, client_of(play, segment));
	}
}

/* The segment that was added last, if it is of this client's connection. */
static const struct rungs_segment *last_segment(
	const struct play *play, unsigned who)
{
	const struct rungs *rungs = &play->rungs;
	const struct rungs_segment *last = rungs->segment_count
		? &rungs->segments[rungs->segment_count - 1]
		: NULL;

	return last && client_of(play, last) == who ? last : NULL;
}

/*
 * Whether a state is to be shown before the step is at rest: one that begins as
 * the own FIN is sent waits for that, which a thread may be sending just now.
 */
static bool is_due(
	enum tcp_state state, enum side side, const struct rungs_segment *last)
{
	if (state != STATE_FIN_WAIT1 && state != STATE_LAST_ACK)
		return true;
	return last && last->sender == side &&
		(last->segment.flags & SEGMENT_FIN);
}

void connections_note_states(struct play *play, bool passing)
{
	for (unsigned who = 0; who < ACTORS_MAX; who++) {
		struct connection *connection = &play->connections[who];
		const struct rungs_segment *last = last_segment(play, who);

		for (int side = 0; side < SIDES && connection->known; side++) {
			enum tcp_state state = connection->sockets[side].state;

			if (state == connection->shown[side] ||
				(passing &&
					!is_due(state, (enum side)side, last)))
				continue;
			connection->shown[side] = state;
			if (last && passing)
				rungs_set_state_by_segment(
					&play->rungs, (enum side)side, state);
			else
				rungs_set_state(&play->rungs,
					number_of(play, who), (enum side)side,
					state);
		}
	}
}
