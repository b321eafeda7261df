/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Timers of one duration each: a list in the order of setting is a list in the
 * order of expiry, so that setting, clearing and expiring cost the same with
 * ten connections and ten thousand.
 */
#ifndef GRACESERVER_TIMERS_H
#define GRACESERVER_TIMERS_H

#include <stdbool.h>
#include <stdint.h>

/* Part of what is timed; zero-initialised: not set. */
struct timer {
	struct timer *next, *previous;
	int64_t due_ms;
};

struct timers {
	struct timer *first, *last;
	int64_t duration_ms;
};

/* Sets a timer that is not set. */
void timers_set(struct timers *timers, struct timer *timer);

/* Clears a timer of this list, if it is set. */
void timers_clear(struct timers *timers, struct timer *timer);

bool timers_is_set(const struct timer *timer);

/* Takes the first timer that is due, cleared; NULL if none is. */
struct timer *timers_expire(struct timers *timers, int64_t now_ms);

/* When the first is due, or -1. */
int64_t timers_due_ms(const struct timers *timers);

#endif
