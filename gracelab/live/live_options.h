/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a session is asked for, and who records, checks and shows for it. */
#ifndef GRACELAB_LIVE_OPTIONS_H
#define GRACELAB_LIVE_OPTIONS_H

#include "gracelab/experiment/experiment.h"
#include "gracelab/play/play_options.h"

/*
 * What others do with the lesson as an experiment, whose path is the file that
 * it is saved in: each says what came of it, and returns the exit status.
 */
struct live_desk {
	void *context;
	/* Records its golden, compares it with that. */
	int (*record)(void *context, struct experiment *experiment);
	int (*check)(void *context, struct experiment *experiment);
	/* Whether there is that. */
	bool (*has_golden)(void *context, const struct experiment *experiment);
	/* Shows it in a format, to a file; NULL: to standard output. */
	int (*show)(void *context, struct experiment *experiment,
		const char *format, const char *file);
	/* The name of the format number `index`; NULL: there are no more. */
	const char *(*format)(size_t index);
};

struct live_options {
	struct play_options play;
	bool keeps_history;
	bool wire;        /* it must be had; else it is used if it can be */
	bool big, ascii;  /* for a projector; for who has no UTF-8 */
	const char *path; /* of `experiment`, or NULL */
	const struct experiment *experiment; /* to begin with, or NULL */
	struct live_desk desk;
};

#endif
