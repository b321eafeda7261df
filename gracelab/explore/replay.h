/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One order as an experiment, which the lab can play, step by step. */
#ifndef GRACELAB_EXPLORE_REPLAY_H
#define GRACELAB_EXPLORE_REPLAY_H

#include "explore.h"

/*
 * Plays the order, and writes the text of an experiment whose steps are its
 * moves and what came of them; `about` goes behind its title. False where it
 * cannot. `*text`, for the caller to free, is the experiment or the reason;
 * NULL there: no memory.
 */
bool replay_text(const struct experiment *experiment,
	const struct explore_options *options, const struct moves *moves,
	const char *about, char **text);

/*
 * Reads moves as people write them, with commas between them, or as JSON has
 * them. False with the first text that is no move in `*bad`, `*bad_bytes`
 * long, in `text`; NULL there: no memory.
 */
bool replay_parse(struct moves *moves, const char *text, const char **bad,
	size_t *bad_bytes);

#endif
