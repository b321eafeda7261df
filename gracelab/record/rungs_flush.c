/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "rungs_places.h"

/* Rungs under way to the record. */
struct flush {
	struct rungs *rungs;
	struct record *record;
	double seconds;
	size_t next; /* the first segment that has no rung yet */
	struct places of[RUNGS_CONNECTIONS];
	bool established[RUNGS_CONNECTIONS][SIDES]; /* as a call told */
	bool complete;
};

static struct rung *add_rung(struct flush *flush)
{
	struct rung *rung = record_add(flush->record, flush->seconds);

	flush->complete = flush->complete && rung;
	return rung;
}

static void set_text(struct flush *flush, char **at, const char *text)
{
	free(*at);
	*at = strdup(text);
	flush->complete = flush->complete && *at;
}

/* Moves a call to the rung. */
static void put_call(struct rung *rung, struct rungs_call *call)
{
	rung->caller = (int)call->caller;
	rung->connection = call->connection;
	rung->call = call->call;
	rung->text = call->text;
	rung->result = call->result;
	rung->records = call->records;
	rung->record_count = call->record_count;
	call->call = call->text = call->result = NULL;
	call->records = NULL;
}

/* Notes that an ACK was sent which nobody may ever see. */
static void keep_silent(struct flush *flush, const struct rungs_segment *from)
{
	struct rungs *rungs = flush->rungs;
	struct rungs_silent *silent = reallocarray(
		rungs->silent, rungs->silent_count + 1, sizeof(*silent));

	flush->complete = flush->complete && silent;
	if (!silent)
		return;
	rungs->silent = silent;
	silent[rungs->silent_count++] = (struct rungs_silent){
		.id = from->id,
		.connection = from->connection,
		.sender = from->sender,
		.at = flush->record->rung_count,
		.seconds = flush->seconds,
	};
}

/* Gives an ACK that waited the rung in which it was sent. */
static void break_silence(struct flush *flush, unsigned id)
{
	struct rungs *rungs = flush->rungs;
	size_t i = 0;

	while (i < rungs->silent_count && rungs->silent[i].id != id)
		i++;
	if (i == rungs->silent_count)
		return;
	struct rungs_silent silent = rungs->silent[i];
	struct rung *rung =
		record_insert(flush->record, silent.at, silent.seconds);

	memmove(&rungs->silent[i], &rungs->silent[i + 1],
		(--rungs->silent_count - i) * sizeof(silent));
	flush->complete = flush->complete && rung;
	if (!rung)
		return;
	rung->sender = (int)silent.sender;
	rung->connection = silent.connection;
	rung->wire = WIRE_SENT;
	rung->segment_id = id;
	set_text(flush, &rung->segment, "ACK");
	for (; i < rungs->silent_count; i++)
		rungs->silent[i].at++;
	for (int c = 0; c < RUNGS_CONNECTIONS; c++)
		places_shift(&flush->of[c], silent.at);
}

/* Puts a segment onto the last rung. */
static void put_segment(struct flush *flush, struct rung *rung,
	const struct rungs_segment *from)
{
	char text[SEGMENT_TEXT_SIZE];

	segment_text(&from->segment, text);
	rung->sender = (int)from->sender;
	rung->connection = from->connection;
	rung->wire = from->fate;
	rung->segment_id = from->id;
	rung->copy = from->copy;
	set_text(flush, &rung->segment, text);
	for (int side = 0; side < SIDES; side++)
		if (from->changed[side])
			set_text(flush, &rung->states[side],
				state_name(from->states[side]));
	places_note(&flush->of[from->connection], flush->record->rung_count - 1,
		from);
}

/* The next segment that has no rung, and is to have one, or NULL. */
static const struct rungs_segment *next_segment(struct flush *flush)
{
	struct rungs *rungs = flush->rungs;

	for (; flush->next < rungs->segment_count; flush->next++) {
		const struct rungs_segment *segment =
			&rungs->segments[flush->next];

		if (segment->fate != WIRE_SENT || rungs->acks ||
			!segment_is_pure_ack(&segment->segment))
			return segment;
		keep_silent(flush, segment);
	}
	return NULL;
}

/* Whether it did not come about by a call in this step. */
static bool came_late(const struct rungs_segment *segment)
{
	return segment->fate == WIRE_FORGED || segment->fate == WIRE_ARRIVED ||
		(segment->fate == WIRE_LOST && segment->id);
}

/* Adds the next segment as a rung of its own; false: there is no more. */
static bool put_next(struct flush *flush)
{
	const struct rungs_segment *segment = next_segment(flush);

	if (!segment)
		return false;
	if (came_late(segment) && segment_is_pure_ack(&segment->segment))
		break_silence(flush, segment->id);
	struct rung *rung = add_rung(flush);

	if (rung)
		put_segment(flush, rung, segment);
	flush->next++;
	return rung;
}

/* Adds what came before the call, and is not its own. */
static void put_earlier(struct flush *flush, const struct rungs_call *call)
{
	const struct rungs_segment *segment;

	while ((segment = next_segment(flush)) && flush->next < call->before &&
		(came_late(segment) ||
			segment_is_pure_ack(&segment->segment)) &&
		put_next(flush))
		;
}

/* Whether it is a SYN that its call has sent, and that did not come late. */
static bool is_own(
	const struct rungs_call *call, const struct rungs_segment *segment)
{
	return segment->sender == call->caller &&
		segment->connection == call->connection && !came_late(segment);
}

/*
 * Adds the handshake that a call tells of: connect(2) has not sent the SYN+ACK,
 * and accept(2) nothing of it.
 */
static void put_handshake(struct flush *flush, const struct rungs_call *call)
{
	const struct rungs_segment *segment;

	while ((segment = next_segment(flush)) && !came_late(segment) &&
		segment->connection == call->connection &&
		((segment->segment.flags & SEGMENT_SYN) ||
			segment_is_pure_ack(&segment->segment)) &&
		(call->accepts || !is_own(call, segment)) && put_next(flush))
		;
}

/* Notes the rung of a call that sends, and gives it the segment it has sent. */
static void put_sent(
	struct flush *flush, struct rung *rung, const struct rungs_call *call)
{
	const struct rungs_segment *segment = next_segment(flush);

	flush->of[call->connection].sender = flush->record->rung_count - 1;
	if (!segment || call->accepts || !is_own(call, segment))
		return;
	put_segment(flush, rung, segment);
	flush->next++;
}

/*
 * A call that sends takes the next segment if that is its side's. The segments
 * behind it, up to the next call that sends, are more of the same call or what
 * answered them.
 */
static void put_calls(struct flush *flush)
{
	struct rungs *rungs = flush->rungs;

	for (size_t i = 0; i < rungs->call_count; i++) {
		struct rungs_call *call = &rungs->calls[i];
		bool another =
			i + 1 < rungs->call_count && rungs->calls[i + 1].sends;
		struct places *places = &flush->of[call->connection];

		put_earlier(flush, call);
		if (call->accepts || call->connects)
			put_handshake(flush, call);
		struct rung *rung = add_rung(flush);

		if (!rung)
			return;
		put_call(rung, call);
		if (call->accepts || call->connects)
			places->told[call->caller] =
				flush->record->rung_count - 1;
		flush->established[call->connection][call->caller] |=
			call->establishes;
		if (!call->sends)
			continue;
		put_sent(flush, rung, call);
		while (!another && put_next(flush))
			;
	}
	while (put_next(flush))
		;
}

/* Puts a state where it begins, or on a rung of its own. */
static void put_state(struct flush *flush, unsigned connection, enum side side,
	enum tcp_state state)
{
	struct record *record = flush->record;
	struct places *places = &flush->of[connection];
	size_t at = places_of_state(places, side, state);

	if (at == PLACE_NONE) {
		struct rung *rung = add_rung(flush);

		if (!rung)
			return;
		rung->connection = connection;
		at = record->rung_count - 1;
		if (places->sender == PLACE_NONE)
			places->sender = at;
	}
	set_text(flush, &record->rungs[at].states[side], state_name(state));
}

/* Puts the states of one connection where they belong. */
static void put_states(struct flush *flush, unsigned connection)
{
	struct rungs *rungs = flush->rungs;

	for (int side = 0; side < SIDES; side++)
		if (flush->established[connection][side])
			put_state(flush, connection, (enum side)side,
				STATE_ESTABLISHED);
	for (int side = 0; side < SIDES; side++)
		if (rungs->changed[connection][side])
			put_state(flush, connection, (enum side)side,
				rungs->states[connection][side]);
}

/* Begins anew; what waits in silence goes on to. */
static void forget_step(struct rungs *rungs)
{
	struct rungs_silent *silent = rungs->silent;
	size_t silent_count = rungs->silent_count;
	bool acks = rungs->acks;

	rungs->silent = NULL;
	rungs_free(rungs);
	rungs->silent = silent;
	rungs->silent_count = silent_count;
	rungs->acks = acks;
}

bool rungs_flush(struct rungs *rungs, struct record *record, double seconds)
{
	struct flush flush = {
		.rungs = rungs,
		.record = record,
		.seconds = seconds,
		.complete = !rungs->incomplete,
	};

	for (int c = 0; c < RUNGS_CONNECTIONS; c++)
		places_begin(&flush.of[c]);
	put_calls(&flush);
	for (unsigned c = 0; c < RUNGS_CONNECTIONS; c++)
		put_states(&flush, c);
	forget_step(rungs);
	return flush.complete;
}
