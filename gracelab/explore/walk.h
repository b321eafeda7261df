/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A walk through a tree of orders, or a part of it, depth first: each order is
 * played from its beginning, by the choices of the last up to the deepest that
 * can be made otherwise.
 */
#ifndef GRACELAB_EXPLORE_WALK_H
#define GRACELAB_EXPLORE_WALK_H

#include "gracelab/explore/order/order.h"
#include "table.h"

/* One choice: the moves that were possible, and the one that was made. */
struct choice {
	uint16_t possible; /* a bit each */
	uint8_t made;      /* enum order_move */
	bool forced;       /* the only one that is tried: `possible` is that */
};

/*
 * Where a walk stands; zero-initialised, before the first of all orders. The
 * next order begins with these choices; the first `fixed` of them are made so
 * in all orders of the walk.
 */
struct walk {
	struct choice *choices; /* owned */
	size_t count, capacity;
	size_t fixed;
	bool over; /* no order is left */
};

/* Has all its orders begin with these moves; to be called first. False without
 * memory. */
bool walk_begin_with(struct walk *walk, const struct moves *moves);

enum walk_result {
	WALK_ORDER,  /* one was played to its end */
	WALK_FAILED, /* it was not; `order->ground->why` says why */
};

/*
 * Plays the next order, of a walk that is not over, and goes on to the one
 * behind it. on_order is called at its end, before it is torn down.
 */
enum walk_result walk_on(struct walk *walk, struct order *order,
	bool (*on_order)(void *context, const struct order *order,
		const struct moves *moves),
	void *context);

/* Adds a choice; false without memory. */
bool walk_push(struct walk *walk, struct choice choice);

/* Goes on from an order that was played to the deepest choice of it that can be
 * made otherwise. */
void walk_next(struct walk *walk);

/*
 * Splits what is left in two: `rest` gets the orders that come later, and
 * `walk` keeps the others. False where it cannot be split.
 */
bool walk_split(struct walk *walk, struct walk *rest);

/* What was chosen, `list` for free(3); NULL there: no memory. */
struct moves walk_moves(const struct walk *walk);

/*
 * Where the first `count` choices stand between the first order, 0, and the
 * last, 1, every choice taken as equally likely; and how `*width` is what
 * begins with them.
 */
double walk_place(const struct walk *walk, size_t count, double *width);

/* False without memory. */
bool walk_copy(struct walk *to, const struct walk *from);

void walk_free(struct walk *walk);

#endif
