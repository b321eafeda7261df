/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The director that asks a person: once the experiment's steps are played, each
 * line from `steps_fd` is one more, and what is seen goes to `views_fd`
 * whenever the network is at rest. While the person thinks the wire and the
 * programs are served, so that nothing waits for a person but the next step.
 */
#ifndef GRACELAB_LIVE_PERSON_H
#define GRACELAB_LIVE_PERSON_H

#include "gracelab/play/play_options.h"

struct person_plan {
	const char *path, *name; /* of the experiment */
	const char *text;        /* with at least one step, and of these: */
	size_t steps;            /* so many are played */
	const struct play_options *options; /* but for the director */
	int steps_fd, views_fd;
};

/*
 * Plays in the calling process, which must be a child made for that, until the
 * steps end or one fails, which the last view tells of. An empty line asks for
 * a view alone. Returns the exit status.
 */
int person_play(const struct person_plan *plan);

#endif
