/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One order of the calls of two programs: a director, and what it notes. */
#ifndef GRACELAB_EXPLORE_CALLS_H
#define GRACELAB_EXPLORE_CALLS_H

#include "gracelab/explore/find.h"
#include "gracelab/explore/walk.h"
#include "gracelab/play/director.h"

struct calls {
	struct walk walk; /* owned: the choices that are to be made; all made */
	size_t given;     /* how many of them were to be made */
	bool checked;     /* ... where the same must be possible again */
	const struct find *find; /* what to look for, or NULL */
	bool found;
	enum told told;
	uint64_t sent[SIDES], received[SIDES];
	bool refused[SIDES]; /* a send of its own was */
	bool ended[SIDES];   /* the order is at its end for that side */

	/* The director's own. */
	struct play *play;
	void (*on_event)(
		void *context, unsigned who, const struct heard *heard);
	void *context;
};

/* Its play_options.context is a struct calls. */
extern const struct director director_calls;

struct ending calls_ending(const struct calls *calls);

/* The choices of an order that is known by its moves alone; false without
 * memory. */
bool calls_take(struct calls *calls, const struct moves *moves);

#endif
