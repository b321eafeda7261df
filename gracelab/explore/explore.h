/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every order of an experiment: each side's lines in their order, everything
 * else whenever it can happen; counted by what became of the data and who was
 * told. What a folder's other files are for stands at their heads: a script is
 * read, an order of its moves is played on a ground by two peers, a walk goes
 * through them, workers share it, and a table counts.
 *
 * This folder knows lib, experiment, stage, observe and record; nobody but
 * gracelab's own files knows it.
 */
#ifndef GRACELAB_EXPLORE_H
#define GRACELAB_EXPLORE_H

#include "find.h"
#include "gracelab/experiment/experiment.h"
#include "table.h"

struct explore_options {
	bool wired;              /* two hosts and a wire */
	bool merged;             /* for merged_run(): whoever explores asks */
	unsigned losses;         /* how many segments may be lost in an order */
	uint64_t limit;          /* how many orders, at most */
	unsigned workers;        /* 0: as many as there are processors */
	const struct find *find; /* what to look for, or NULL */
	const struct moves *from; /* with what all orders begin, or NULL */
	/* Called now and then with what is covered so far; or NULL. */
	void (*on_progress)(void *context, uint64_t orders, size_t ends);
	void *context;
	/* Whether to stop, asked often; or NULL. */
	bool (*stops)(void *context);
};

struct explored {
	struct table table; /* owned; sorted */
	bool complete;      /* all orders are in it */
	bool stopped;       /* else: `stops` said so, or the limit did */
	/* Which part of the tree is in it, every choice taken as equally
	 * likely: 0 to 1. */
	double covered;
	bool calls;    /* the orders of programs' calls, exec/exec.h */
	size_t states; /* merged.h: of the graph; else 0 */
	bool refused;  /* this system has no such network to explore on */
	char *why;     /* owned: why it could not be done, or NULL */
};

/*
 * Explores it, in child processes on private networks, of which none is left
 * when this returns. False where it cannot: explored->why says why, if there is
 * memory for it. What was explored is for explored_free() in any case.
 */
bool explore_run(const struct experiment *experiment,
	const struct explore_options *options, struct explored *explored);

void explored_free(struct explored *explored);

#endif
