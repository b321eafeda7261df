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

/* How much of something an end is to send. */
enum between_goal {
	BETWEEN_ALL,
	BETWEEN_HELD,   /* until what lies between has read all that was sent,
			 * and holds a part of it itself */
	BETWEEN_UNREAD, /* until it reads no more */
};

/* What comes of that. */
enum between_takes {
	BETWEEN_MORE,  /* it has read all, and may take more */
	BETWEEN_LATER, /* not to be told yet */
	BETWEEN_ENOUGH,
};

struct party;

struct between {
	/* Whether all of it waits for something; and how long it has had a
	 * processor so far. NULL: not known. */
	bool (*rests)(void *context, int64_t *ran_ms);
	void *context;
	/* What it does with what the end has sent; where that is enough, the
	 * end's size becomes what was sent. NULL: not known, all is sent. */
	enum between_takes (*takes)(void *teller, struct party *end);
	void *teller;
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
