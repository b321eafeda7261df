/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ahead_steps.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "gracelab/explore/order/wired.h"
#include "lib/net/tcp.h"

/* Steps that are being made moves of. */
struct walking {
	const struct ahead_steps *steps;
	struct order *order;
	char *why;
	json_t *from; /* owned: the moves that were made */
	bool held[SIDES];
	/* What the side's last line brought about, and no step has named. */
	bool received[SIDES], eof[SIDES];
	int error[SIDES];
};

__attribute__((format(printf, 2, 3))) static bool cannot(
	struct walking *walking, const char *format, ...)
{
	char reason[GROUND_WHY_SIZE / 2];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(reason, sizeof(reason), format, arguments);
	va_end(arguments);
	snprintf(walking->why, GROUND_WHY_SIZE,
		"cannot be explored from here: %s", reason);
	return false;
}

static void on_event(void *context, enum side side, const struct event *event)
{
	struct walking *walking = context;

	walking->received[side] |= event->kind == EVENT_RECV;
	walking->eof[side] |= event->kind == EVENT_EOF;
	if (event->kind == EVENT_ERROR)
		walking->error[side] = event->error;
}

/* Makes a move if it is possible; *made says so. False: the ground failed. */
static bool try(struct walking *walking, enum order_move move, bool *made)
{
	uint16_t possible;

	*made = false;
	if (!order_moves(walking->order, &possible))
		return false;
	if (!(possible >> move & 1))
		return true;
	*made = true;
	json_array_append_new(walking->from, json_integer(move));
	return order_make(walking->order, move);
}

static const struct wire *wire_of(const struct walking *walking)
{
	return wired_of(walking->order->ground)->wire;
}

/* The first segment that waits, and is no pure ACK, of that side or either. */
static const struct wire_segment *first_of(
	const struct walking *walking, enum wire_side sender)
{
	const struct wire_segment *segment = wire_first(wire_of(walking));

	while (segment &&
		((sender != WIRE_ANY && (int)segment->sender != (int)sender) ||
			segment_is_pure_ack(&segment->segment)))
		segment = segment->next;
	return segment;
}

static bool arrive(struct walking *walking, enum side sender)
{
	bool made;

	return try(walking,
		       sender == CLIENT ? ORDER_CLIENT_SEGMENT
					: ORDER_SERVER_SEGMENT,
		       &made) &&
		(made || cannot(walking, "nothing waits to arrive"));
}

/* What is not held arrives at once, in the order of departure. */
static bool deliver(struct walking *walking)
{
	const struct wire_segment *segment =
		walking->steps->wired ? wire_first(wire_of(walking)) : NULL;

	while (segment) {
		if (walking->held[segment->sender] ||
			segment_is_pure_ack(&segment->segment)) {
			segment = segment->next;
			continue;
		}
		if (!arrive(walking, segment->sender))
			return false;
		segment = wire_first(wire_of(walking));
	}
	return true;
}

static bool pass(struct walking *walking, const struct wire_step *step)
{
	char meant[SEGMENT_TEXT_SIZE], first[SEGMENT_TEXT_SIZE];

	if (step->has_segment && segment_is_pure_ack(&step->segment))
		return true;
	segment_text(&step->segment, meant);
	for (enum side side = CLIENT; side <= SERVER; side++) {
		const struct wire_segment *segment =
			first_of(walking, (enum wire_side)side);

		if (!segment || (step->has_side && step->side != side))
			continue;
		segment_text(&segment->segment, first);
		if (step->has_segment
				? !strcmp(meant, first)
				: segment == first_of(walking, WIRE_ANY) ||
					step->has_side)
			return arrive(walking, side);
	}
	return cannot(walking,
		"`wire> pass': an order's segments do not overtake each other");
}

static bool do_wire(struct walking *walking, const struct wire_step *step)
{
	switch (step->verb) {
	case VERB_HOLD:
		for (enum side side = CLIENT; side <= SERVER; side++)
			walking->held[side] |=
				!step->has_side || step->side == side;
		return true;
	case VERB_RELEASE:
		walking->held[CLIENT] = walking->held[SERVER] = false;
		return true;
	case VERB_PASS:
		return pass(walking, step);
	case VERB_AWAIT:
		return true;
	case VERB_DROP:
		return cannot(walking,
			"`wire> drop': what was lost comes "
			"again when a timer fires, and an order "
			"has no clock");
	case VERB_CUT:
	case VERB_MEND:
		return cannot(walking, "the wire was cut");
	case VERB_COPY:
	case VERB_FORGE:
		return cannot(walking,
			"an order's segments arrive once, and "
			"nobody forges one");
	}
	return false;
}

/* A read; where nothing is there, it was no move. */
static bool read_once(struct walking *walking, enum side side)
{
	bool made;

	return try(walking,
		side == CLIENT ? ORDER_CLIENT_READ : ORDER_SERVER_READ, &made);
}

static bool do_typed(struct walking *walking, const struct step *step)
{
	static const enum order_move lines[SIDES] = { ORDER_CLIENT_LINE,
		ORDER_SERVER_LINE };
	char copy[256], error[PARSE_ERROR_SIZE];
	enum command_id id = COMMAND_SEND;
	struct command command = { 0 };
	bool made;

	walking->received[step->side] = walking->eof[step->side] = false;
	walking->error[step->side] = 0;
	/* The commands that matter here are short. */
	if (snprintf(copy, sizeof(copy), "%s", step->line) <
			(int)sizeof(copy) &&
		parse_command(step->side, copy, strlen(copy), &command,
			error) == PARSE_DONE)
		id = command.spec->id;
	if (id == COMMAND_READ)
		return command.number
			? cannot(walking, "a read takes all that is there")
			: read_once(walking, step->side);
	if (id == COMMAND_PAUSE || id == COMMAND_RESUME)
		return cannot(walking,
			"`%s': an order's programs read when it says so",
			command.spec->name);
	if (!try(walking,
		    id == COMMAND_REPLY ? ORDER_ANSWER : lines[step->side],
		    &made))
		return false;
	return made || cannot(walking, "`%s' was no move", step->line);
}

/* What must be seen, and was: by the last line, or by a read. */
static bool do_expected(struct walking *walking, const struct step *step)
{
	const struct outcome *outcome = &step->outcome;
	enum side side = step->side;
	bool met = true;

	switch (outcome->kind) {
	case OUTCOME_RECEIVED:
		met = walking->received[side];
		walking->received[side] = false;
		break;
	case OUTCOME_EOF:
		met = walking->eof[side];
		walking->eof[side] = false;
		break;
	case OUTCOME_ERRNO:
		met = walking->error[side] == outcome->number;
		walking->error[side] = 0;
		break;
	case OUTCOME_STATE: /* what it has come to is compared in the end */
	case OUTCOME_NOTHING:
	case OUTCOME_SENT:
	case OUTCOME_SENT_RECORD:
	case OUTCOME_RECEIVED_RECORD:
	case OUTCOME_SIGNAL:
	case OUTCOME_EXIT:
	case OUTCOME_KILLED:
	case OUTCOME_PROBE:
	case OUTCOME_POLL:
	case OUTCOME_UNREAD:
	case OUTCOME_UNACKNOWLEDGED:
		break;
	}
	if (met)
		return true;
	bool good = read_once(walking, side);
	/* This step has named what the read gave. */
	walking->received[side] = walking->eof[side] = false;
	walking->error[side] = 0;
	return good;
}

static bool do_step(struct walking *walking, const struct step *step)
{
	bool made;

	if (step->kind != STEP_WIRE && step->who >= ACTORS_MORE)
		return cannot(walking, "an order is one connection's");
	switch (step->kind) {
	case STEP_TYPE:
		return do_typed(walking, step);
	case STEP_EXPECT:
		return do_expected(walking, step);
	case STEP_WIRE:
		return do_wire(walking, &step->wire);
	case STEP_SIGNAL:
		return try(walking,
			step->side == CLIENT ? ORDER_CLIENT_LINE
					     : ORDER_SERVER_LINE,
			&made);
	case STEP_START:
	case STEP_REBOOT:
		return cannot(walking,
			"an order begins with its one "
			"connection, and its hosts stay");
	}
	return false;
}

/* Whether it has come to where the play is, as far as can be seen. */
static bool check_state(struct walking *walking, enum side side)
{
	int fd = peer_descriptor(&walking->order->peers[side]);
	enum tcp_state state = fd < 0 ? STATE_GONE : tcp_state(fd);
	enum tcp_state there = walking->steps->states[side];

	/* A socket that was reset is gone for the network. */
	if (fd < 0 || state == there ||
		(state == STATE_CLOSE && there == STATE_GONE))
		return true;
	return cannot(walking, "the %s is in %s here, and the explorer's in %s",
		side_name(side), state_name(there), state_name(state));
}

/* A move that is possible, and what it is about. */
static json_t *next_to_json(const struct walking *walking, enum order_move move)
{
	enum side side =
		move == ORDER_SERVER_SEGMENT || move == ORDER_SERVER_LINE
		? SERVER
		: CLIENT;
	const struct peer *peer = &walking->order->peers[side];
	char segment[SEGMENT_TEXT_SIZE] = "";
	const char *step = NULL;

	if (move == ORDER_CLIENT_SEGMENT || move == ORDER_SERVER_SEGMENT)
		segment_text(&first_of(walking, (enum wire_side)side)->segment,
			segment);
	if (move == ORDER_CLIENT_LINE || move == ORDER_SERVER_LINE)
		step = peer->script->sides[side].lines[peer->next].step->source;
	return json_pack("{s:i, s:s, s:s*}", "move", (int)move, "segment",
		segment, "step", step);
}

static json_t *result(struct walking *walking)
{
	json_t *next = json_array();
	uint16_t possible;

	if (!order_moves(walking->order, &possible))
		return NULL;
	for (int move = 0; move < ORDER_MOVES; move++)
		if (possible >> move & 1)
			json_array_append_new(next,
				next_to_json(walking, (enum order_move)move));
	return json_pack("{s:O, s:o}", "from", walking->from, "next", next);
}

json_t *ahead_steps_play(
	const struct ahead_steps *steps, struct site *site, char *why)
{
	struct walking walking = {
		.steps = steps,
		.order = &site->order,
		.why = why,
		.from = json_array(),
	};

	site->order.on_event = on_event;
	site->order.context = &walking;
	bool good = order_begin(&site->order);

	for (size_t i = 0; good && i < steps->done; i++)
		good = do_step(&walking, &steps->steps[i]) && deliver(&walking);
	json_t *json = good && check_state(&walking, CLIENT) &&
			check_state(&walking, SERVER)
		? result(&walking)
		: NULL;

	order_end(&site->order);
	json_decref(walking.from);
	return json;
}
