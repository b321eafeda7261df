/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A run as data, for those who play it and those who say what came of it. */
#ifndef GRACELAB_RUN_INSIDE_H
#define GRACELAB_RUN_INSIDE_H

#include <stdbool.h>
#include <stdint.h>

#include "checks.h"
#include "gracelab/judge/results.h"
#include "place.h"
#include "plain.h"
#include "trial.h"

struct run_options {
	bool chosen[CHECKS];
	int64_t patience_ms, idle_ms;
	unsigned jobs; /* at most, side by side */
	bool strict;   /* what is only reported is judged */
};

#define RUN_TRIALS 40

/* A socket of the proxy, and whose play it was. */
struct run_socket {
	enum check_id id;
	struct place_socket socket;
	enum tcp_state state; /* where it is held: which */
	bool held;
};

enum run_stop {
	RUN_GOES_ON,
	RUN_INTERRUPTED, /* a signal has come */
	RUN_ENDED,       /* the proxy has ended */
};

struct run {
	const struct run_options *options; /* borrowed */
	struct place *place;               /* borrowed */
	struct results *results;           /* borrowed */
	struct relay relay;

	enum plain_result plain;
	char plain_why[PLAIN_WHY_SIZE];
	char program[32];            /* that listens; "": not seen */
	enum plain_moment moment;    /* when it connects */
	unsigned jobs;               /* that it serves side by side */
	struct check_part filled[4]; /* parts of CHECK_LARGE, measured */
	char filled_what[4][64];
	enum between_goal goals[4]; /* ... each */
	size_t filled_count;
	struct trial trials[RUN_TRIALS];
	size_t count;
	bool shown[CHECKS]; /* its row is there */

	enum run_stop stop;
	int64_t ended_ms; /* when that was seen; 0: not */
	bool alive;       /* somebody serves */
	bool fresh;       /* nothing was played on it yet */
	unsigned deaf;    /* how often it had stopped to serve */
	bool doubtful;    /* it did not serve all the time */
	unsigned pings;   /* plain connections under way, to see that it does */
	int64_t pinged_ms;
	struct tally ping_tally;
	bool ping_given_up; /* the last cost the time-out */

	/* After which checks it had ended, or served nobody. */
	bool ended_after[CHECKS], deaf_after[CHECKS];
	bool ended_beside; /* while some were played side by side */
	char end[SUBJECT_END_SIZE];
	char deaf_why[OUTCOME_WHY_SIZE];

	struct run_socket *sockets; /* owned, `socket_count` of them */
	size_t socket_count;
	bool looked; /* for what it holds */
};

#endif
