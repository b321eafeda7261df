/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How to play: what play.h takes, and the loop's inside looks at. */
#ifndef GRACELAB_PLAY_OPTIONS_H
#define GRACELAB_PLAY_OPTIONS_H

#include <stdint.h>

#include "gracelab/experiment/experiment.h"
#include "gracelab/record/record.h"

struct director;

struct play_options {
	const char *programs; /* the folder of graceclient and graceserver */
	const char *pcap;     /* a file for the capture, or NULL */
	int64_t patience_ms;  /* how long a move may take */
	bool wire; /* on two hosts, also where the experiment does not say so */
	bool acks; /* pure ACKs and states in passing have rungs; with `wire` */
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

#endif
