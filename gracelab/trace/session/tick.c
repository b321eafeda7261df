/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tick.h"

/* One that no program's parent thinks of, so that its disposition, which
 * programs inherit, is the same without us. */
#define TICK_SIGNAL SIGRTMAX

enum { NS_PER_MS = 1000000 };

static volatile sig_atomic_t came;

static void on_tick(int signal)
{
	(void)signal;
	came = 1;
}

bool tick_begin(struct tick *tick)
{
	const struct sigaction action = { .sa_handler = on_tick };
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL,
		.sigev_signo = TICK_SIGNAL };

	*tick = (struct tick){ 0 };
	came = 0;
	sigemptyset(&tick->signals);
	sigaddset(&tick->signals, TICK_SIGNAL);
	sigprocmask(SIG_BLOCK, &tick->signals, NULL);
	if (sigaction(TICK_SIGNAL, &action, NULL) ||
		timer_create(CLOCK_MONOTONIC, &event, &tick->timer))
		return false;
	tick->has_timer = true;
	return true;
}

void tick_every(struct tick *tick, int every_ms)
{
	const struct timespec interval = { .tv_nsec =
						   (long)every_ms * NS_PER_MS };
	const struct itimerspec times = { interval, interval };

	if (tick->every_ms == every_ms)
		return;
	tick->every_ms = every_ms;
	timer_settime(tick->timer, 0, &times, NULL);
}

bool tick_has_come(void)
{
	bool has = came;

	came = 0;
	return has;
}

void tick_end(struct tick *tick)
{
	if (tick->has_timer)
		timer_delete(tick->timer);
}
