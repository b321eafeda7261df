/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "world.h"

#include <errno.h>
#include <sched.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include "lib/base/duration.h"
#include "stop.h"

/* Whoever sleeps where nothing can wake it is not waited for. */
#define PATIENCE_MS 20

/* Another thread of that process that may have instructions to run. */
static struct thread *next_other(struct tracer *tracer,
	const struct thread *thread, const struct thread *previous)
{
	struct thread *other = threads_each(&tracer->threads, previous);

	while (other &&
		(other == thread || other->process != thread->process ||
			other->phase == THREAD_ENDING))
		other = threads_each(&tracer->threads, other);
	return other;
}

void world_keep(struct tracer *tracer, struct thread *thread, int status)
{
	thread->kept = status;
	thread->has_kept = true;
	tracer->kept++;
}

/* Waits until it has stopped or ended. */
static bool await(struct tracer *tracer, struct thread *thread)
{
	int64_t deadline = duration_deadline_ms(PATIENCE_MS);
	int status;
	pid_t number;

	if (thread->phase == THREAD_QUEUED || thread->has_kept)
		return true;
	if (ptrace(PTRACE_INTERRUPT, thread->number, NULL, NULL))
		return false;
	while ((number = waitpid(thread->number, &status, __WALL | WNOHANG)) <=
		0) {
		if ((number < 0 && errno != EINTR) ||
			duration_now_ms() >= deadline)
			return false;
		sched_yield();
	}
	world_keep(tracer, thread, status);
	return true;
}

bool world_stop(struct tracer *tracer, const struct thread *thread)
{
	struct thread *other = NULL;

	while ((other = next_other(tracer, thread, other)))
		if (!await(tracer, other))
			return false;
	return true;
}

void world_move(struct tracer *tracer, const struct thread *thread,
	uint64_t from, uint64_t to)
{
	struct thread *other = NULL;
	uint64_t address, args[6];
	int64_t result;

	while ((other = next_other(tracer, thread, other)))
		if (stop_where(other->number, &address, &result, args) &&
			address == from)
			stop_go_to(other->number, to, false);
}

struct thread *world_next(struct tracer *tracer, int *status)
{
	struct thread *thread = NULL;

	if (!tracer->kept)
		return NULL;
	while ((thread = threads_each(&tracer->threads, thread))) {
		if (!thread->has_kept)
			continue;
		thread->has_kept = false;
		tracer->kept--;
		*status = thread->kept;
		return thread;
	}
	tracer->kept = 0;
	return NULL;
}
