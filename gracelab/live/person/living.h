/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A play in a process of its own, which goes on as long as steps are sent. */
#ifndef GRACELAB_LIVE_LIVING_H
#define GRACELAB_LIVE_LIVING_H

#include <sys/types.h>

#include "person.h"
#include "view.h"

struct living {
	pid_t pid; /* 0: there is none */
	int steps_fd, views_fd;
	char *text; /* owned: what has come of views, `bytes` of it */
	size_t bytes, capacity;
};

/*
 * Begins a play; `plan` without its descriptors. Its process dies with this
 * one, and has a process group of its own: keys do not reach it. False with
 * errno.
 */
bool living_begin(struct living *living, const struct person_plan *plan);

/* Sends a step, or "" to ask for a view. False where nobody takes it. */
bool living_send(const struct living *living, const char *step);

enum living_result {
	LIVING_VIEW,
	LIVING_NOTHING,     /* no view has come yet */
	LIVING_ENDED,       /* the process has, and said nothing */
	LIVING_INTERRUPTED, /* by Ctrl-C, which was caught and is taken */
};

/* The next view, for view_free(): waits for it, or takes what has come. */
enum living_result living_await(struct living *living, struct view *view);
enum living_result living_take(struct living *living, struct view *view);

/* Ends the play, whatever it does. */
void living_end(struct living *living);

#endif
