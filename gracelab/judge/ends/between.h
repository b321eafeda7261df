/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What lies between two ends of ours. How long nothing has come does not tell
 * whether it has nothing more to pass on: on a busy machine it may only not
 * have had its turn.
 */
#ifndef GRACELAB_BETWEEN_H
#define GRACELAB_BETWEEN_H

#include <stdbool.h>
#include <stdint.h>

struct between {
	/* Whether all of it waits for something; and how long it has had a
	 * processor so far. NULL: not known. */
	bool (*rests)(void *context, int64_t *ran_ms);
	void *context;
	unsigned spun; /* how often it ran for nothing, and has not rested */
};

/* Since when something is waited for; the caller's. */
struct between_wait {
	int64_t ran_ms;   /* what lies between had run for so long then; -1
			   * whenever something has come */
	int64_t begun_ms; /* duration_now_ms() then */
};

/*
 * Whether nothing will come of it: that all of it rests, or that it ran for a
 * second and nothing came, or for five had no turn, as what is stopped (less
 * for what was found to spin). True too where that is not known, and for NULL.
 * To be asked again and again.
 */
bool between_rests(struct between *between, struct between_wait *wait);

#endif
