/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "told.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "flight.h"
#include "said.h"
#include "speaker.h"
#include "story.h"
#include "subject.h"
#include "words.h"

static void fill(struct story *story, struct rung *rung,
	const struct trace_call *call, enum side side)
{
	rung->caller = (int)side;
	rung->call = words_call(call);
	if (story->said.count)
		said_fill(story, rung, &story->said);
	else if (story->bytes)
		rung->text = words_shown(story->bytes,
			call->result < 0 ? call->args[2] : (size_t)call->result,
			story->plan.text_bytes);
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

size_t told_add(struct story *story, const struct trace_call *call,
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

bool told_may_change(const struct story *story, const struct trace_call *call)
{
	if (call->result < 0)
		return call->result != -EAGAIN;
	/* Else a segment tells. */
	if (story->plan.wire)
		return call_changes(call->what) &&
			call->what->kind != CALL_ACCEPT;
	return call->what->kind != CALL_READ || !call->result;
}

/* Whether what the call under way does may be what the other has just met. */
static bool precedes(const struct flight *flight,
	const struct trace_socket *socket, enum call_kind kind)
{
	if (kind == CALL_ACCEPT)
		return flight->socket && !flight->connection &&
			flight->peer_port == socket->port;
	return flight->connection == socket->connection &&
		flight->side != socket->side;
}

void told_precede(struct story *story, const struct trace_call *call)
{
	const struct trace_socket *socket = call->subject;
	enum call_kind kind = call->what->kind;

	if (story->plan.wire || !socket || !socket->connection ||
		call->result < 0 || (kind != CALL_READ && kind != CALL_ACCEPT))
		return;
	for (struct flight *flight = story->flights; flight;
		flight = flight->next) {
		if (flight->row != ROWS_NONE ||
			!told_is_news(story, flight->call) ||
			!precedes(flight, socket, kind))
			continue;
		flight->row = rows_add(&story->rows, story_seconds(story, 0));
		struct row *row = rows_at(&story->rows, flight->row);

		if (!row)
			continue;
		row->open = true;
		row->rung.connection = socket->connection->number;
	}
}

bool told_land(struct story *story, const struct trace_call *call)
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
			if (flight->connection && told_may_change(story, call))
				connections_touch(&story->connections,
					flight->connection);
			flight_end(story, flight);
		}
		flight = next;
	}
	return any;
}

bool told_is_news(const struct story *story, const struct trace_call *call)
{
	return call->what->kind != CALL_EXEC &&
		call->what->kind != CALL_CLOSE_RANGE &&
		(call->what->kind != CALL_OPTION || story->plan.all);
}

void told_abandon(struct story *story, struct trace_call *call)
{
	const struct trace_socket *socket = call->subject;

	call->result = CALL_NEVER;
	if (!told_land(story, call) && told_is_news(story, call))
		told_add(story, call,
			socket ? socket->side
			       : speaker_side(story, call->process, call->root),
			socket ? socket->connection : NULL);
}
