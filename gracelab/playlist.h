/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Experiments for play, check and record: played, or explored. */
#ifndef GRACELAB_PLAYLIST_H
#define GRACELAB_PLAYLIST_H

#include "gracelab/explore/explore.h"
#include "program.h"

/*
 * Plays the program's experiments, and explores those whose head says so, as
 * parallel_play() does: on_record is called once for each, in their order. The
 * record of one that was explored has a table, and no rungs.
 */
void playlist_play(struct program *program,
	void (*on_record)(
		void *context, size_t index, const struct record *record),
	void *context);

/* How to explore: as its head asks, and the command line on top. */
struct explore_options playlist_explore_options(
	const struct program *program, const struct experiment *experiment);

#endif
