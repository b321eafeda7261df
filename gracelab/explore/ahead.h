/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From where a play stands on: the steps that were done as the moves of an
 * order, and what can happen next.
 */
#ifndef GRACELAB_EXPLORE_AHEAD_H
#define GRACELAB_EXPLORE_AHEAD_H

#include "explore.h"

struct ahead_move {
	enum order_move move;
	char segment[SEGMENT_TEXT_SIZE]; /* of a segment; or "" */
	char *step;                      /* of a line, as it stands; or NULL */
};

struct ahead {
	struct experiment *experiment; /* owned: what can be explored of it */
	bool wired;                    /* a wire was controlled */
	struct moves from;             /* owned: what was done */
	struct ahead_move next[ORDER_MOVES];
	size_t next_count;
	char *why; /* owned: why there is no telling; NULL then: no memory */
};

/*
 * Looks ahead from behind the first `done` steps of the experiment, which
 * `ahead` owns then; those that follow are still to be typed. `states` are the
 * two sides' by now: an order that comes to others is not the same play. For
 * ahead_free(), whatever comes of it. False with the reason.
 */
bool ahead_look(struct ahead *ahead, struct experiment *experiment, size_t done,
	const enum tcp_state states[SIDES]);

void ahead_free(struct ahead *ahead);

#endif
