/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One order of moves: begins with a fresh connection, accepted and
 * --on-accept done, and ends when no move is left.
 */
#ifndef GRACELAB_ORDER_H
#define GRACELAB_ORDER_H

#include <stdint.h>
#include <stdio.h>

#include "ground.h"
#include "peer.h"
#include "script.h"

/* In their order of trial. */
enum order_move {
	ORDER_CLIENT_LINE,
	ORDER_SERVER_LINE,
	ORDER_CLIENT_SEGMENT, /* the first of its that waits arrives */
	ORDER_SERVER_SEGMENT,
	ORDER_CLIENT_LOSS, /* ... is lost */
	ORDER_SERVER_LOSS,
	ORDER_CLIENT_READ,
	ORDER_ANSWER,
	ORDER_SERVER_READ,
	ORDER_CLIENT_CALL, /* of a program that others wrote: its next */
	ORDER_SERVER_CALL,
};

#define ORDER_MOVES (ORDER_SERVER_CALL + 1)

/* "client line", "answer"; never changes. */
const char *order_move_name(enum order_move move);

/* The move by its name; false for any other text of `len` bytes. */
bool order_move_named(const char *name, size_t len, enum order_move *move);

/* What became of an order. */
struct ending {
	bool lost[SIDES]; /* bytes sent by that side */
	enum told told;
};

struct order {
	const struct script *script; /* borrowed, as the ground */
	struct ground *ground;
	struct peer peers[SIDES];
	enum told told;
	unsigned losses;      /* how many there may be */
	unsigned losses_left; /* in the order under way */
	bool keeps_states;    /* for order_state() */
	/* Told of each event of the moves, and of --on-accept; or NULL. */
	void (*on_event)(
		void *context, enum side side, const struct event *event);
	void *context;
};

/* To be done once; false without memory. For order_free() in any case. */
bool order_init(struct order *order, const struct script *script,
	struct ground *ground, unsigned losses);

void order_free(struct order *order);

/* Each gives false where the ground has failed, with the reason there. */

bool order_begin(struct order *order);

/* The moves that are possible now, a bit each; 0: the order has ended. */
bool order_moves(struct order *order, uint16_t *moves);

/* Makes one that is possible. */
bool order_make(struct order *order, enum order_move move);

/* What has become of it so far. */
struct ending order_ending(const struct order *order);

/*
 * Writes a text that is the same for orders that have come to the same state,
 * with the same past as far as order_ending() tells of it: from there on they
 * have the same moves and ends. order_state.c
 */
void order_state(struct order *order, FILE *out);

/* To be called behind order_begin(), whatever came of it. */
void order_end(struct order *order);

#endif
