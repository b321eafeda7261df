/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "walk.h"

#include <stdlib.h>
#include <string.h>

/*
 * An order that this machine has disturbed is played again; one that always
 * is says that the machine is too slow for it.
 */
#define TRIES 1000

bool walk_push(struct walk *walk, struct choice choice)
{
	if (walk->count == walk->capacity) {
		size_t capacity = walk->capacity ? 2 * walk->capacity : 64;
		struct choice *choices =
			reallocarray(walk->choices, capacity, sizeof(*choices));

		if (!choices)
			return false;
		walk->choices = choices;
		walk->capacity = capacity;
	}
	walk->choices[walk->count++] = choice;
	return true;
}

/* The first of the moves behind `made`, or ORDER_MOVES. */
static unsigned next_move(uint16_t possible, unsigned made)
{
	unsigned move = made + 1;

	while (move < ORDER_MOVES && !(possible >> move & 1))
		move++;
	return move;
}

void walk_next(struct walk *walk)
{
	while (walk->count > walk->fixed) {
		struct choice *last = &walk->choices[walk->count - 1];
		unsigned move = next_move(last->possible, last->made);

		if (move < ORDER_MOVES) {
			last->made = (uint8_t)move;
			return;
		}
		walk->count--;
	}
	walk->over = true;
}

/* The kernels must do the same again with the same moves. */
static bool check_same(const struct walk *walk, size_t at, uint16_t moves,
	struct ground *ground)
{
	const struct choice *choice = &walk->choices[at];

	if (choice->forced && moves & choice->possible)
		return true;
	return choice->possible == moves ||
		ground_fail(ground,
			"move %zu: 0x%x were possible before, 0x%x are now: "
			"the kernels do not do the same twice",
			at + 1, choice->possible, moves);
}

/* Plays from the choices on to the end of the order. */
static bool play(struct walk *walk, struct order *order)
{
	uint16_t moves;

	for (size_t i = 0;; i++) {
		if (!order_moves(order, &moves))
			return false;
		if (i < walk->count) {
			if (!check_same(walk, i, moves, order->ground))
				return false;
		} else if (!moves) {
			return true;
		} else {
			struct choice first = { .possible = moves,
				.made = (uint8_t)__builtin_ctz(moves) };

			if (!walk_push(walk, first))
				return ground_fail(order->ground, "no memory");
		}
		if (!order_make(order, (enum order_move)walk->choices[i].made))
			return false;
	}
}

static bool is_disturbed(const struct order *order)
{
	const struct ground *ground = order->ground;

	return ground->kind->disturbed && ground->kind->disturbed(ground);
}

struct moves walk_moves(const struct walk *walk)
{
	struct moves moves = { .list = malloc(walk->count + 1),
		.count = walk->count };

	for (size_t i = 0; moves.list && i < walk->count; i++)
		moves.list[i] = walk->choices[i].made;
	return moves;
}

static bool hand_over(const struct walk *walk, const struct order *order,
	bool (*on_order)(void *context, const struct order *order,
		const struct moves *moves),
	void *context)
{
	struct moves moves = walk_moves(walk);
	bool good = moves.list && on_order(context, order, &moves);

	free(moves.list);
	return good || ground_fail(order->ground, "no memory");
}

enum walk_result walk_on(struct walk *walk, struct order *order,
	bool (*on_order)(void *context, const struct order *order,
		const struct moves *moves),
	void *context)
{
	size_t begun = walk->count;
	bool good, again;
	int tries = 0;

	do {
		walk->count = begun;
		good = order_begin(order) && play(walk, order);
		again = is_disturbed(order) && ++tries < TRIES;
		if (good && !again)
			good = hand_over(walk, order, on_order, context);
		order_end(order);
	} while (again);
	if (tries == TRIES)
		good = ground_fail(order->ground,
			"this machine is too slow: a kernel's timer was faster "
			"than an order, %d times",
			TRIES);
	if (!good)
		return WALK_FAILED;
	walk_next(walk);
	return WALK_ORDER;
}

bool walk_begin_with(struct walk *walk, const struct moves *moves)
{
	for (size_t i = 0; i < moves->count; i++) {
		struct choice choice = {
			.possible = (uint16_t)(1u << moves->list[i]),
			.made = moves->list[i],
			.forced = true,
		};

		if (!walk_push(walk, choice))
			return false;
	}
	return true;
}

double walk_place(const struct walk *walk, size_t count, double *width)
{
	double at = 0;

	*width = 1;
	for (size_t i = 0; i < count; i++) {
		unsigned possible = walk->choices[i].possible;
		unsigned before =
			possible & ((1u << walk->choices[i].made) - 1);

		*width /= __builtin_popcount(possible);
		at += *width * __builtin_popcount(before);
	}
	return at;
}

bool walk_copy(struct walk *to, const struct walk *from)
{
	*to = *from;
	to->capacity = from->count;
	to->choices = malloc((from->count + 1) * sizeof(*to->choices));
	if (to->choices && from->count)
		memcpy(to->choices, from->choices,
			from->count * sizeof(*to->choices));
	return to->choices;
}

bool walk_split(struct walk *walk, struct walk *rest)
{
	for (size_t i = walk->fixed; i < walk->count; i++) {
		const struct choice *choice = &walk->choices[i];
		unsigned move = next_move(choice->possible, choice->made);

		if (move == ORDER_MOVES)
			continue;
		if (!walk_copy(rest, walk))
			return false;
		rest->count = i + 1;
		rest->choices[i].made = (uint8_t)move;
		rest->fixed = i;
		walk->fixed = i + 1;
		return true;
	}
	return false;
}

void walk_free(struct walk *walk)
{
	free(walk->choices);
	*walk = (struct walk){ 0 };
}
