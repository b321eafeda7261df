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

/* How to explore: as its head asks, and --losses and --limit on top. */
struct explore_options playlist_explore_options(
	const struct program *program, const struct experiment *experiment);

/* Explores it, whatever its actors are: explore.h. */
bool playlist_explore(struct program *program,
	const struct experiment *experiment,
	const struct explore_options *options, struct explored *explored);

/*
 * The tree of its orders as SVG, for free(); NULL where there are too many for
 * a picture, or it could not be drawn.
 */
char *playlist_picture(const struct experiment *experiment,
	const struct explore_options *options);

/* What stands behind the title of an order that was asked for by its moves. */
#define PLAYLIST_ABOUT_ORDER "an order of moves"

/* Reads the moves of --order. False: said, and in the status. */
bool playlist_moves(struct program *program, struct moves *moves);

/* Has the programs that exec starts make their calls in that order, in all that
 * is played from now on. False: said, and in the status. */
bool playlist_choose(struct program *program, const struct moves *moves);

/*
 * The experiment that one order of another is (replay_text()), for
 * experiment_free(); `*text`, or NULL, is for the caller to free. NULL: said,
 * and in the status.
 */
struct experiment *playlist_order(struct program *program,
	const struct experiment *experiment,
	const struct explore_options *options, const struct moves *moves,
	const char *about, char **text);

/*
 * With --order, puts that order of each experiment in its place. False: said,
 * and in the status; also where one order must be chosen, and is not.
 */
bool playlist_take_order(struct program *program);

#endif
