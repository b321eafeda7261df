/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where in a step's rungs a connection's states begin. Pure. */
#ifndef GRACELAB_RUNGS_PLACES_H
#define GRACELAB_RUNGS_PLACES_H

#include "rungs.h"

/* Rungs of one connection, by their number; PLACE_NONE: there is no such. */
struct places {
	size_t sender;         /* of the last call that sends */
	size_t told[SIDES];    /* of connect(2) or accept(2), as it succeeds */
	size_t greeted[SIDES]; /* the SYN+ACK's that came to it */
	size_t changer[SIDES]; /* the last whose segment changes its state */
	size_t touched[SIDES]; /* the last whose segment came late to it */
	/* The last whose own one came late to the other. */
	size_t answered[SIDES];
};

#define PLACE_NONE SIZE_MAX

/* There is none of them. */
void places_begin(struct places *places);

/* A rung was put before the one with the number `at`. */
void places_shift(struct places *places, size_t at);

/* Notes whose state the segment of that rung may have changed. */
void places_note(
	struct places *places, size_t rung, const struct rungs_segment *from);

/*
 * Where a side's state begins that the step has ended in. PLACE_NONE: on a rung
 * of its own, behind all that is there.
 */
size_t places_of_state(
	const struct places *places, enum side side, enum tcp_state state);

#endif
