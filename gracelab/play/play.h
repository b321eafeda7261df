/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One play of an experiment: real actors on a stage, in lockstep. A step ends
 * when the actor says it is done, nothing it sent is under way any more, and
 * the capture is drained; so order is the order of steps, and no step waits on
 * a clock.
 */
#ifndef GRACELAB_PLAY_H
#define GRACELAB_PLAY_H

#include "gracelab/experiment/experiment.h"
#include "gracelab/record/record.h"

struct play_options {
	const char *programs; /* the folder of graceclient and graceserver */
	const char *pcap;     /* a file for the capture, or NULL */
	int64_t patience_ms;  /* how long a step may take */
	const char *host_why; /* why to play on the host's network, or NULL */
	/* Called before each step and at the end; NULL: nobody watches. */
	void (*before_step)(void *context, const struct record *record,
		const struct step *next);
	void *context;
};

/*
 * Plays it in the calling process, which is left on the stage: to be called in
 * a forked child that exits soon. Fills the record, for record_free(), also
 * where the play fails: record->failure then says why. What was started lives
 * until play_end().
 */
struct play *play_run(const struct experiment *experiment,
	const struct play_options *options, struct record *record);

/* Ends the actors and the capture. */
void play_end(struct play *play);

#endif
