/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "connection.h"

#include <stdlib.h>

static size_t bucket_of(uint16_t client_port, uint16_t server_port)
{
	return (client_port + 31U * server_port) % CONNECTION_BUCKETS;
}

struct connection *connections_find(const struct connections *connections,
	uint16_t client_port, uint16_t server_port)
{
	struct connection *connection =
		connections->buckets[bucket_of(client_port, server_port)];

	while (connection &&
		(connection->ports[CLIENT] != client_port ||
			connection->ports[SERVER] != server_port))
		connection = connection->next;
	return connection;
}

struct connection *connections_waiting(
	const struct connections *connections, uint16_t server_port)
{
	struct connection *first = NULL;

	for (size_t i = 0; i < CONNECTION_BUCKETS; i++) {
		struct connection *connection = connections->buckets[i];

		for (; connection; connection = connection->next)
			if (connection->ports[SERVER] == server_port &&
				connection->answered && !connection->accepted &&
				(!first || connection->number < first->number))
				first = connection;
	}
	return first;
}

struct connection *connection_of_segment(const struct connections *connections,
	const struct segment *segment, enum side *sender)
{
	struct connection *connection =
		connections_find(connections, segment->sport, segment->dport);

	*sender = connection ? CLIENT : SERVER;
	return connection
		? connection
		: connections_find(connections, segment->dport, segment->sport);
}

struct connection *connections_add(struct connections *connections,
	uint16_t client_port, uint16_t server_port)
{
	struct connection **at =
		&connections->buckets[bucket_of(client_port, server_port)];
	struct connection *connection = calloc(1, sizeof(*connection));

	if (!connection)
		return NULL;
	connection->number = ++connections->last_number;
	connection->ports[CLIENT] = client_port;
	connection->ports[SERVER] = server_port;
	connection->changer[CLIENT] = connection->changer[SERVER] =
		CONNECTION_NO_ROW;
	connection->next = *at;
	*at = connection;
	connections->count++;
	return connection;
}

void connections_touch(
	struct connections *connections, struct connection *connection)
{
	if (connection->touched)
		return;
	if (connections->touched_count == connections->touched_room) {
		size_t room = connections->touched_room * 2 + 16;
		/* NOLINTBEGIN(bugprone-sizeof-expression): a pointer each */
		struct connection **touched = reallocarray(
			connections->touched, room, sizeof(*touched));
		/* NOLINTEND(bugprone-sizeof-expression) */

		if (!touched)
			return;
		connections->touched = touched;
		connections->touched_room = room;
	}
	connections->touched[connections->touched_count++] = connection;
	connection->touched = true;
}

static void free_one(struct connection *connection)
{
	for (int side = 0; side < SIDES; side++)
		tls_dialogue_free(connection->dialogues[side]);
	free(connection);
}

void connections_sweep(struct connections *connections)
{
	for (size_t i = 0; i < CONNECTION_BUCKETS; i++) {
		struct connection **at = &connections->buckets[i];

		while (*at) {
			struct connection *connection = *at;

			if (!connection->over || connection->users ||
				connection->touched) {
				at = &connection->next;
				continue;
			}
			*at = connection->next;
			connections->count--;
			free_one(connection);
		}
	}
}

void connections_free(struct connections *connections)
{
	for (size_t i = 0; i < CONNECTION_BUCKETS; i++)
		while (connections->buckets[i]) {
			struct connection *connection = connections->buckets[i];

			connections->buckets[i] = connection->next;
			free_one(connection);
		}
	free(connections->touched);
	*connections = (struct connections){ 0 };
}
