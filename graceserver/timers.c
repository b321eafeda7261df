/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "timers.h"

#include <assert.h>
#include <stddef.h>

#include "lib/base/duration.h"

void timers_set(struct timers *timers, struct timer *timer)
{
	assert(!timers_is_set(timer));
	timer->due_ms = duration_deadline_ms(timers->duration_ms);
	timer->next = NULL;
	timer->previous = timers->last;
	if (timers->last)
		timers->last->next = timer;
	else
		timers->first = timer;
	timers->last = timer;
}

bool timers_is_set(const struct timer *timer)
{
	return timer->due_ms != 0;
}

void timers_clear(struct timers *timers, struct timer *timer)
{
	if (!timers_is_set(timer))
		return;
	if (timer->previous)
		timer->previous->next = timer->next;
	else
		timers->first = timer->next;
	if (timer->next)
		timer->next->previous = timer->previous;
	else
		timers->last = timer->previous;
	*timer = (struct timer){ 0 };
}

struct timer *timers_expire(struct timers *timers, int64_t now_ms)
{
	struct timer *timer = timers->first;

	if (!timer || timer->due_ms > now_ms)
		return NULL;
	timers_clear(timers, timer);
	return timer;
}

int64_t timers_due_ms(const struct timers *timers)
{
	return timers->first ? timers->first->due_ms : -1;
}
