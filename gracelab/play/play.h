/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One play of an experiment: real actors on a stage, in one loop.
 *
 *	what can happen next? -> the director chooses -> it is done
 *	-> the network comes to rest -> the observers are drained -> rungs
 *
 * A move ends when the actor says that it is done, nothing that it sent is
 * under way any more, and the capture is drained; so order is the order of
 * moves, and no move waits on a clock.
 */
#ifndef GRACELAB_PLAY_H
#define GRACELAB_PLAY_H

#include "play_options.h"

/*
 * Plays it in the calling process, which is left on the stage: to be called in
 * a forked child that exits soon. Fills the record, for record_free(), also
 * where the play fails: record->failed is set, and record->failure says why.
 * What was started lives until play_end(). NULL without memory.
 */
struct play *play_run(const struct experiment *experiment,
	const struct play_options *options, struct record *record);

/* Ends the actors and the observers. */
void play_end(struct play *play);

#endif
