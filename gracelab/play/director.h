/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Directors choose what happens next. A new one is a file with one of these,
 * named here, and in the options of the subcommand that plays with it.
 */
#ifndef GRACELAB_DIRECTOR_H
#define GRACELAB_DIRECTOR_H

#include "loop.h"
#include "move.h"

struct director {
	const char *name;

	/* Its state for one play, for end(); NULL without memory. */
	void *(*begin)(struct play *play);

	/*
	 * Called when the network is at rest and all that was seen is in the
	 * record. True with the move that is to be done, which need not be
	 * possible: then the play fails with the reason. False where the play
	 * has come to its end, or failed, which play_fail() has said.
	 */
	bool (*choose)(void *state, const struct moves_possible *possible,
		struct move *move);

	void (*end)(void *state);
};

/* The experiment's steps, in their order. */
extern const struct director director_script;

#endif
