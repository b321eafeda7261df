/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "calls.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

/* Whoever calls more often than this will not end. */
#define MOVES_MAX 1000

static const enum order_move calls_of[SIDES] = { ORDER_CLIENT_CALL,
	ORDER_SERVER_CALL };
static const enum order_move lines_of[SIDES] = { ORDER_CLIENT_LINE,
	ORDER_SERVER_LINE };

/* Whether it is a call of the kind of recv(2), and not of send(2). */
static bool is_reading(const char *call)
{
	return !strncmp(call, "read", 4) || !strncmp(call, "recv", 4);
}

static bool is_sending(const char *call)
{
	return !strncmp(call, "write", 5) || !strncmp(call, "send", 4) ||
		!strcmp(call, "splice");
}

static void note_told(struct calls *calls, enum told told)
{
	if (calls->told == TOLD_NOBODY)
		calls->told = told;
}

static void note_error(
	struct calls *calls, enum side side, const struct event *event)
{
	bool resets = event->error == ECONNRESET;

	if (!event->call || (!resets && event->error != EPIPE))
		return;
	if (is_sending(event->call)) {
		calls->refused[side] = true;
		note_told(
			calls, resets ? TOLD_SEND_ECONNRESET : TOLD_SEND_EPIPE);
	} else if (is_reading(event->call) && resets) {
		note_told(calls, TOLD_RECV_ECONNRESET);
	}
}

/* As find_is() knows calls. */
static void look_for(struct calls *calls, const struct event *event)
{
	struct event plain = *event;

	if (event->call)
		plain.call = is_sending(event->call) ? "send"
			: is_reading(event->call)    ? "recv"
						     : event->call;
	calls->found |= find_is(calls->find, &plain);
}

static void hear(void *context, unsigned who, const struct heard *heard)
{
	struct calls *calls = context;
	const struct event *event = &heard->event;
	enum side side = actor_side(who);

	switch (event->kind) {
	case EVENT_SEND:
		calls->sent[side] += event->bytes;
		break;
	case EVENT_RECV:
		/* What is only peeked at is not taken. */
		if (!event->call || !strchr(event->call, '('))
			calls->received[side] += event->bytes;
		break;
	case EVENT_ERROR:
		note_error(calls, side, event);
		break;
	case EVENT_KILLED:
		/* Who is killed by it has not seen that the call gave EPIPE. */
		if (event->signal == SIGPIPE && calls->told == TOLD_SEND_EPIPE)
			calls->told = TOLD_SEND_SIGPIPE;
		break;
	default:
		break;
	}
	if (calls->find)
		look_for(calls, event);
	calls->on_event(calls->context, who, heard);
}

static void *begin(struct play *play)
{
	struct calls *calls = play->options->context;

	calls->play = play;
	calls->on_event = play->cast.on_event;
	calls->context = play->cast.context;
	play->cast.on_event = hear;
	play->cast.context = calls;
	return calls;
}

/* The next line that is typed at a side; NULL: none is left. */
static const char *next_line(const struct calls *calls, enum side side)
{
	const struct experiment *experiment = calls->play->experiment;
	size_t typed = 0;

	for (size_t i = 0; i < calls->walk.fixed; i++)
		typed += calls->walk.choices[i].made == lines_of[side];
	for (size_t i = 0; i < experiment->step_count; i++) {
		const struct step *step = &experiment->steps[i];

		if (step->kind == STEP_TYPE && step->side == side && !typed--)
			return step->line;
	}
	return NULL;
}

/* The moves that are possible, a bit each. */
static bool list(struct calls *calls, uint16_t *possible)
{
	struct play *play = calls->play;

	*possible = 0;
	for (enum side side = CLIENT; side <= SERVER; side++) {
		enum cast_call can;
		const char *error = cast_can_call(
			&play->cast, side, &can, play_deadline_ms(play));

		if (error)
			return play_fail(play, "%s", error);
		if (can == CAST_CALLS)
			*possible |= (uint16_t)(1u << calls_of[side]);
		if (can != CAST_ENDED && next_line(calls, side))
			*possible |= (uint16_t)(1u << lines_of[side]);
	}
	return true;
}

static bool fail_choice(struct calls *calls, size_t at, const char *why)
{
	return play_fail(calls->play, "move %zu, %s, %s", at + 1,
		order_move_name((enum order_move)calls->walk.choices[at].made),
		why);
}

static struct move move_of(const struct calls *calls, unsigned made)
{
	enum side side = made == ORDER_SERVER_CALL || made == ORDER_SERVER_LINE
		? SERVER
		: CLIENT;
	bool types = made == lines_of[side];

	return (struct move){
		.kind = types ? MOVE_LINE : MOVE_READ,
		.who = side,
		.line = types ? next_line(calls, side) : NULL,
	};
}

static bool choose(
	void *state, const struct moves_possible *unused, struct move *move)
{
	struct calls *calls = state;
	struct walk *walk = &calls->walk;
	size_t at = walk->fixed;
	uint16_t possible;

	(void)unused;
	if (!list(calls, &possible))
		return false;
	if (at < calls->given) {
		struct choice *choice = &walk->choices[at];

		if (!(possible >> choice->made & 1))
			return fail_choice(calls, at, "is not possible there");
		if (calls->checked && choice->possible != possible)
			return fail_choice(calls, at,
				"was not the only one before, or is now: the "
				"programs do not do the same twice");
		choice->possible = possible;
	} else if (!possible) {
		return false;
	} else if (at == MOVES_MAX) {
		return play_fail(calls->play,
			"more than %d calls in an order: programs that go on "
			"for ever cannot be explored",
			MOVES_MAX);
	} else {
		struct choice first = { .possible = possible,
			.made = (uint8_t)__builtin_ctz(possible) };

		if (!walk_push(walk, first))
			return play_fail(calls->play, "no memory");
	}
	*move = move_of(calls, walk->choices[at].made);
	walk->fixed++;
	return true;
}

static void end(void *state)
{
	struct calls *calls = state;

	calls->play->cast.on_event = calls->on_event;
	calls->play->cast.context = calls->context;
}

const struct director director_calls = {
	.name = "calls",
	.begin = begin,
	.choose = choose,
	.end = end,
};

struct ending calls_ending(const struct calls *calls)
{
	struct ending ending = { .told = calls->told };

	for (enum side side = CLIENT; side <= SERVER; side++)
		ending.lost[side] = calls->refused[side] ||
			calls->received[side_other(side)] < calls->sent[side];
	return ending;
}

bool calls_take(struct calls *calls, const struct moves *moves)
{
	calls->given = moves->count;
	return walk_begin_with(&calls->walk, moves);
}
