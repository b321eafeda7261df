/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "rungs.h"

/* The rungs of one connection; SIZE_MAX: there is no such rung. */
struct places {
	size_t sender;          /* of the last call that sends */
	size_t changer[SIDES];  /* the last whose segment changes its state */
	size_t touched[SIDES];  /* the last whose segment came late to it */
	size_t answered[SIDES]; /* the last whose own one came late to the other
				 */
};

/* Rungs under way to the record. */
struct flush {
	struct rungs *rungs;
	struct record *record;
	double seconds;
	size_t next; /* the first segment that has no rung yet */
	struct places of[RUNGS_CONNECTIONS];
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
	call->call = call->text = call->result = NULL;
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

static void shift(size_t *at, size_t inserted)
{
	if (*at != SIZE_MAX && *at >= inserted)
		(*at)++;
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
	for (int c = 0; c < RUNGS_CONNECTIONS; c++) {
		struct places *places = &flush->of[c];

		shift(&places->sender, silent.at);
		for (int side = 0; side < SIDES; side++) {
			shift(&places->changer[side], silent.at);
			shift(&places->touched[side], silent.at);
			shift(&places->answered[side], silent.at);
		}
	}
}

/* Notes whose state the segment of the last rung may have changed. */
static void note_changes(struct flush *flush, const struct rungs_segment *from)
{
	size_t at = flush->record->rung_count - 1;
	bool leaves = !from->again &&
		(from->fate == WIRE_AT_ONCE || from->fate == WIRE_SENT ||
			(from->fate == WIRE_LOST && !from->id));
	bool arrives = from->fate == WIRE_AT_ONCE ||
		from->fate == WIRE_ARRIVED || from->fate == WIRE_FORGED;
	enum side receiver = side_other(from->sender);
	struct places *places = &flush->of[from->connection];

	if (arrives && from->fate != WIRE_AT_ONCE)
		places->touched[receiver] = at;
	if (!(from->segment.flags & (SEGMENT_FIN | SEGMENT_SYN | SEGMENT_RST)))
		return;
	if (leaves)
		places->changer[from->sender] = at;
	if (arrives)
		places->changer[receiver] = at;
	if (from->fate == WIRE_ARRIVED)
		places->answered[from->sender] = at;
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
	note_changes(flush, from);
}

/* The next segment that has no rung, and is to have one, or NULL. */
static const struct rungs_segment *next_segment(struct flush *flush)
{
	struct rungs *rungs = flush->rungs;

	for (; flush->next < rungs->segment_count; flush->next++) {
		const struct rungs_segment *segment =
			&rungs->segments[flush->next];

		if (segment->fate != WIRE_SENT ||
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

/* Adds what came late, and before the call. */
static void put_late(struct flush *flush, const struct rungs_call *call)
{
	const struct rungs_segment *segment;

	while ((segment = next_segment(flush)) && flush->next < call->before &&
		came_late(segment) && put_next(flush))
		;
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
		const struct rungs_segment *segment;

		put_late(flush, call);
		struct rung *rung = add_rung(flush);

		if (!rung)
			return;
		put_call(rung, call);
		if (call->establishes)
			set_text(flush, &rung->states[call->caller],
				state_name(STATE_ESTABLISHED));
		if (!call->sends)
			continue;
		flush->of[call->connection].sender =
			flush->record->rung_count - 1;
		segment = next_segment(flush);
		if (segment && segment->sender == call->caller &&
			segment->connection == call->connection &&
			!came_late(segment)) {
			put_segment(flush, rung, segment);
			flush->next++;
		}
		while (!another && put_next(flush))
			;
	}
	while (put_next(flush))
		;
}

/*
 * The rung to which a side's change of state belongs. What neither a segment
 * nor a call has brought about is a timer's doing, and behind all else.
 */
static size_t rung_of_change(struct flush *flush, unsigned connection, int side)
{
	struct places *places = &flush->of[connection];

	if (places->changer[side] != SIZE_MAX)
		return places->changer[side];
	if (places->touched[side] != SIZE_MAX)
		return places->touched[side];
	/* The ACK of its FIN has no rung. */
	if (places->answered[side] != SIZE_MAX)
		return places->answered[side];
	if (places->sender == SIZE_MAX) {
		struct rung *rung = add_rung(flush);

		if (rung)
			rung->connection = connection;
		places->sender = flush->record->rung_count - 1;
	}
	return places->sender;
}

/* Puts the states of one connection where they belong. */
static void put_states(struct flush *flush, unsigned connection)
{
	struct rungs *rungs = flush->rungs;
	struct record *record = flush->record;

	for (int side = 0; side < SIDES; side++) {
		if (!rungs->changed[connection][side])
			continue;
		size_t at = rung_of_change(flush, connection, side);

		if (at < record->rung_count)
			set_text(flush, &record->rungs[at].states[side],
				state_name(rungs->states[connection][side]));
	}
}

/* Begins anew; what waits in silence goes on to. */
static void forget_step(struct rungs *rungs)
{
	struct rungs_silent *silent = rungs->silent;
	size_t silent_count = rungs->silent_count;

	rungs->silent = NULL;
	rungs_free(rungs);
	rungs->silent = silent;
	rungs->silent_count = silent_count;
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
		flush.of[c] = (struct places){
			.sender = SIZE_MAX,
			.changer = { SIZE_MAX, SIZE_MAX },
			.touched = { SIZE_MAX, SIZE_MAX },
			.answered = { SIZE_MAX, SIZE_MAX },
		};
	put_calls(&flush);
	for (unsigned c = 0; c < RUNGS_CONNECTIONS; c++)
		put_states(&flush, c);
	forget_step(rungs);
	return flush.complete;
}
