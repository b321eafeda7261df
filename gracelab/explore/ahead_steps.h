/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The steps of a play as moves of an order, for ahead.c: in a process aside. */
#ifndef GRACELAB_EXPLORE_AHEAD_STEPS_H
#define GRACELAB_EXPLORE_AHEAD_STEPS_H

#include <jansson.h>

#include "gracelab/explore/order/site.h"

struct ahead_steps {
	const struct experiment *experiment; /* as the script has it */
	const struct step *steps;            /* all, of which were done: */
	size_t done;
	bool wired;
	const enum tcp_state *states; /* [SIDES], to which they have led */
};

/*
 * Plays them on the site. Returns the moves that were made, and those that are
 * possible then: {"from": [MOVE...], "next": [{"move", "segment", "step"}]}, a
 * new reference. NULL where they are no order, with the reason in `why` (room
 * for GROUND_WHY_SIZE) or the ground's.
 */
json_t *ahead_steps_play(
	const struct ahead_steps *steps, struct site *site, char *why);

#endif
