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

#include "gracelab/experiment/experiment.h"
#include "gracelab/record/record.h"

struct director;

struct play_options {
	const char *programs; /* the folder of graceclient and graceserver */
	const char *pcap;     /* a file for the capture, or NULL */
	int64_t patience_ms;  /* how long a move may take */
	bool wire; /* on two hosts, also where the experiment does not say so */
	const char *host_why; /* why to play on the host's network, or NULL */
	/* Who chooses the moves; NULL: the experiment's script. */
	const struct director *director;
	/*
	 * The script calls it before each step, and when there is none left
	 * (NULL) or the play has failed; NULL: nobody watches.
	 */
	void (*before_step)(void *context, const struct record *record,
		const struct step *next);
	void *context;
};

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
