/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "flight.h"

#include <stdlib.h>

/* From one end of the loopback to the other takes a tenth of that. */
#define TAKEN_S 50e-6

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

bool flight_has_sent(const struct story *story, const struct trace_call *call)
{
	const struct flight *flight = story->flights;
	const struct row *row;

	while (flight && flight->call != call)
		flight = flight->next;
	row = flight ? rows_at(&story->rows, flight->row) : NULL;
	return row && story_seconds(story, 0) - row->rung.seconds > TAKEN_S;
}

void flight_end(struct story *story, struct flight *flight)
{
	struct flight **at = &story->flights;

	while (*at && *at != flight)
		at = &(*at)->next;
	if (*at)
		*at = flight->next;
	free(flight);
}

void flight_free_all(struct story *story)
{
	while (story->flights)
		flight_end(story, story->flights);
}
