/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "round.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "gracelab/trace/story/story.h"
#include "gracelab/trace/tracer.h"
#include "gracelab/trace/turn.h"
#include "lib/base/duration.h"
#include "started.h"

enum {
	TICK_MS = 10,
	SHORT_TICK_MS = 5,
	BULK_TICK_MS = 4,
	RARE_TICK_MS = 40,
	MANY_SEGMENTS = 1024, /* a twentieth of what there is room for */
	SOON_US = 50,
	WISHES_MAX = 2, /* whoever asks so often does not want to wait */
};

/* A signal of ours: the terminal has sent it to the programs too, kill(1) has
 * not. */
static void on_signal(
	struct session *session, const struct signalfd_siginfo *info)
{
	int signal = (int)info->ssi_signo;

	if (signal == SIGCHLD)
		return;
	session->wishes++;
	for (int side = 0; side < SIDES; side++)
		if (info->ssi_code == SI_USER || session->wishes > WISHES_MAX)
			started_signal(session, (enum side)side,
				session->wishes > WISHES_MAX ? SIGKILL
							     : signal);
}

/* Waits a tick for something to happen; what goes over the wire meanwhile must
 * not pile up where programs move it in bulk, and tell of none of it. */
static int wait_tick(
	struct session *session, struct pollfd *polled, unsigned count)
{
	int step_ms = session->tracer.bypasses ? BULK_TICK_MS : TICK_MS;
	int ready = 0;

	for (int ms = 0; !ready && ms < TICK_MS; ms += step_ms) {
		ready = poll(polled, count, step_ms);
		if (!ready && step_ms < TICK_MS)
			watched_drain(&session->watched);
	}
	return ready;
}

/* Whether something has happened, now or soon behind the last: to be woken for
 * each call would take longer than most calls. */
static bool handle(struct session *session)
{
	double until_s;

	if (!session->traced)
		return started_reap(session);
	if (tracer_handle(&session->tracer)) {
		session->busy = true;
		return true;
	}
	if (!session->busy)
		return false;
	session->busy = false;
	until_s = duration_now_s() + SOON_US / 1e6;
	do {
		sched_yield();
		session->busy = tracer_handle(&session->tracer);
	} while (!session->busy && duration_now_s() < until_s);
	return session->busy;
}

static void heed_signals(struct session *session)
{
	struct signalfd_siginfo info;

	while (read(session->signals, &info, sizeof(info)) ==
		(ssize_t)sizeof(info))
		on_signal(session, &info);
}

/* How soon the next is. What moves in bulk and stops nowhere is disturbed by
 * each, as all processors are its; but its segments must not pile up. */
static int next_tick_ms(const struct session *session)
{
	int rarer_ms = session->tick.every_ms * 2;

	if (!session->tracer.bypasses)
		return SHORT_TICK_MS;
	if (session->busy || !session->tick.every_ms ||
		session->watched.segments - session->segments > MANY_SEGMENTS)
		return BULK_TICK_MS;
	return rarer_ms < RARE_TICK_MS ? rarer_ms : RARE_TICK_MS;
}

/* Something that is not to be waited for in waitpid(2) is looked at now and
 * then. */
static void on_tick(struct session *session)
{
	tick_every(&session->tick, next_tick_ms(session));
	session->segments = session->watched.segments;
	heed_signals(session);
	turn_settle(&session->tracer);
	session->plan->flush(session->plan->context);
	session->quiet_ms =
		session->busy ? 0 : session->quiet_ms + session->tick.every_ms;
	session->busy = false;
	if (session->quiet_ms < TICK_MS) {
		watched_drain(&session->watched);
		return;
	}
	session->quiet_ms = 0;
	story_idle(&session->story);
}

/* To be woken by the thread that stops, in waitpid(2), takes a fraction of what
 * it takes to be woken by a descriptor. */
static void go_by_ticks(struct session *session)
{
	struct pollfd polled = { .fd = session->signals, .events = POLLIN };

	if (!session->tick.every_ms)
		on_tick(session);
	if (tracer_wait(&session->tracer, &session->tick.signals))
		session->busy = true;
	else if (errno == ECHILD)
		poll(&polled, 1, SHORT_TICK_MS);
	if (tick_has_come())
		on_tick(session);
}

void round_go(struct session *session)
{
	struct pollfd polled[1 + SIDES] = {
		{ .fd = session->signals, .events = POLLIN },
	};
	int fds[SIDES], count = watched_descriptors(&session->watched, fds);

	if (session->ticks) {
		go_by_ticks(session);
		return;
	}
	if (handle(session))
		return;
	for (int i = 0; i < count; i++)
		polled[1 + i] =
			(struct pollfd){ .fd = fds[i], .events = POLLIN };
	session->plan->flush(session->plan->context);
	int ready = wait_tick(session, polled, (unsigned)count + 1);

	if (polled[0].revents)
		heed_signals(session);
	else if (ready > 0)
		story_settle(&session->story, false);
	if (!ready) {
		turn_settle(&session->tracer);
		story_idle(&session->story);
	}
}
