/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a session consists of: data alone. */
#ifndef GRACELAB_SESSION_MEMBERS_H
#define GRACELAB_SESSION_MEMBERS_H

#include <signal.h>

#include "gracelab/trace/story/members.h"
#include "gracelab/trace/tracing.h"
#include "network.h"
#include "plan.h"
#include "tick.h"

/* One of the programs that were started. */
struct session_program {
	pid_t pid; /* 0: not yet */
	bool ended;
	int wait_status;
};

struct session {
	const struct session_plan *plan;
	struct record *record;
	struct watched watched;
	struct story story;
	struct tracer tracer;
	struct keylog *keylog; /* owned, or NULL */
	bool traced;
	struct session_program programs[SIDES];
	uint16_t port; /* where the server listens, or shall */
	int signals;   /* signalfd(2) */
	struct tick tick;
	bool ticks;        /* it is waited by that */
	int quiet_ms;      /* for so long nothing has happened */
	sigset_t mask;     /* of before */
	bool busy;         /* something has just happened */
	uint64_t segments; /* of watched, at the last tick */
	unsigned wishes;   /* how often somebody wanted it to end */
};

#endif
