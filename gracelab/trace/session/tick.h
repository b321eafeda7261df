/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A signal that comes again and again, for who waits in waitpid(2). */
#ifndef GRACELAB_SESSION_TICK_H
#define GRACELAB_SESSION_TICK_H

#include <signal.h>
#include <stdbool.h>
#include <time.h>

struct tick {
	timer_t timer;
	bool has_timer;
	sigset_t signals; /* the one that it is, for tracer_wait(); blocked */
	int every_ms;     /* 0: not at all */
};

/* Creates it; false with errno. The process can have one at a time. */
bool tick_begin(struct tick *tick);

/* It comes every so often from now on; nothing happens if it does so now. */
void tick_every(struct tick *tick, int every_ms);

/* Whether it has come since this was asked last. */
bool tick_has_come(void);

/* Ends it; tick_begin() may have failed. */
void tick_end(struct tick *tick);

#endif
