/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Processes that explore parts of a tree, each on a network of its own. */
#ifndef GRACELAB_EXPLORE_WORKER_H
#define GRACELAB_EXPLORE_WORKER_H

#include <stdio.h>
#include <sys/types.h>

#include "find.h"
#include "gracelab/explore/order/site.h"
#include "message.h"

struct worker_plan {
	struct site_plan site;
	const struct find *find; /* what to look for, or NULL */
};

struct worker {
	pid_t pid;      /* 0: there is none */
	FILE *tasks;    /* to it */
	FILE *results;  /* from it */
	int results_fd; /* for poll(2) */
};

/* Starts one, which dies with this process. False with errno. */
bool worker_start(struct worker *worker, const struct worker_plan *plan);

/* Has it come to an end with its task after the order it is in. */
void worker_hurry(const struct worker *worker);

/* Ends it; it may be at work. */
void worker_end(struct worker *worker);

#endif
