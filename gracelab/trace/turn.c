/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "turn.h"

#include <sched.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include "lib/base/duration.h"
#include "peek.h"
#include "stop.h"

/* Of so many sleepers it is asked whether they were woken. */
#define LOOKS_MAX 8

/* So often it is waited twice as long before the next look. */
#define VAIN_MAX 4

/* What is sure takes no longer, whatever is seen of it. */
#define SURE_NS UINT64_C(1000000000)

void turn_go_on(const struct thread *thread, int signal)
{
	bool calling = thread->phase == THREAD_CALLING ||
		thread->phase == THREAD_INTERRUPTED;

	/* ESRCH: it was killed, and its end is reported. */
	ptrace(calling ? PTRACE_SYSCALL : PTRACE_CONT, thread->number, NULL,
		(long)signal);
}

static void start(struct tracer *tracer, struct thread *thread)
{
	bool again = thread->call.began_ns;
	bool ends = thread->call.what->kind == CALL_EXIT;

	thread->asleep = false;
	thread->phase = ends ? THREAD_ENDING : THREAD_CALLING;
	if (!again)
		tracer->hooks.begin(tracer->hooks.context, &thread->call);
	if (!again)
		thread->call.began_ns = duration_wall_ns();
	if (!thread->call.bulk)
		tracer->active = thread;
	tracer->vain = 0;
	ptrace(ends || thread->call.sure ? PTRACE_CONT : PTRACE_SYSCALL,
		thread->number, NULL, NULL);
}

void turn_add(struct tracer *tracer, struct thread *thread)
{
	if (thread->call.bulk && !tracer->first && !tracer->holds) {
		start(tracer, thread);
		return;
	}
	thread->phase = THREAD_QUEUED;
	thread->later = NULL;
	*tracer->last = thread;
	tracer->last = &thread->later;
}

void turn_leave(struct tracer *tracer, struct thread *thread)
{
	const struct thread *other = NULL;

	if (tracer->active == thread)
		tracer->active = NULL;
	tracer->skip = tracer->vain = 0;
	/* Who was woken was so by something that stands above. */
	if (!thread->call.group || thread->asleep)
		return;
	if (thread->call.bulk || tracer->active)
		while ((other = threads_each(&tracer->threads, other)))
			if (other != thread && !other->asleep &&
				other->phase == THREAD_CALLING &&
				other->call.group == thread->call.group)
				thread->call.tie = true;
}

bool turn_is_sure(const struct thread *thread)
{
	return thread->phase == THREAD_CALLING && thread->call.sure;
}

static bool is_done(const struct tracer *tracer, const struct thread *thread)
{
	return tracer->hooks.done(tracer->hooks.context, &thread->call) ||
		duration_wall_ns() - thread->call.began_ns > SURE_NS;
}

static void end_sure(struct tracer *tracer, struct thread *thread)
{
	turn_leave(tracer, thread);
	thread->phase = THREAD_FREE;
	thread->call.result = 0;
	tracer->hooks.leave(tracer->hooks.context, &thread->call);
}

void turn_end_sure(struct tracer *tracer, struct thread *thread, int status)
{
	bool ending = status >> 8 == (SIGTRAP | PTRACE_EVENT_EXIT << 8);
	bool killed = ending ? WIFSIGNALED((int)stop_message(thread->number))
			     : WIFSIGNALED(status);
	int fd = (int)thread->call.args[0];
	uint64_t inode;

	/* Who ends has yet what was not closed; what was sent shows. */
	if (!killed || thread->call.what->kind != CALL_CLOSE ||
		(ending ? peek_socket(&thread->call, fd, &inode) == PEEK_NOTHING
			: is_done(tracer, thread)))
		end_sure(tracer, thread);
}

/* Whether the one that is under way goes on without anybody's help. */
static bool is_busy(struct tracer *tracer)
{
	struct thread *active = tracer->active;

	if (!active)
		return false;
	if (turn_is_sure(active) && is_done(tracer, active)) {
		end_sure(tracer, active);
		return false;
	}
	char state = thread_state(&tracer->threads, active);

	/* Stopped is as good as running: its stop will be reported. */
	if (state != 'S' && state != 0)
		return true;
	if (turn_is_sure(active) && state == 'S') {
		end_sure(tracer, active);
	} else {
		active->asleep = true;
		tracer->active = NULL;
	}
	return false;
}

/*
 * Whether who sleeps in a call of that group has been woken; or in accept(2),
 * where the connection that it will give is not known yet. `but` was just seen
 * to sleep.
 */
static bool is_woken(struct tracer *tracer, const struct thread *thread,
	const struct thread *but)
{
	struct thread *other = NULL;
	unsigned looks = 0;

	if (!thread->call.group)
		return false;
	while (looks < LOOKS_MAX &&
		(other = threads_each(&tracer->threads, other))) {
		if (other->phase != THREAD_CALLING || !other->asleep ||
			other == but ||
			(other->call.group != thread->call.group &&
				other->call.what->kind != CALL_ACCEPT))
			continue;
		looks++;
		char state = thread_state(&tracer->threads, other);

		if (state != 'S' && state != 0 && state != 'T')
			return true;
	}
	return false;
}

/* The first goes on. */
static void start_first(struct tracer *tracer)
{
	struct thread *thread = tracer->first;

	tracer->first = thread->later;
	if (!tracer->first)
		tracer->last = &tracer->first;
	start(tracer, thread);
}

const struct trace_call *turn_release(struct tracer *tracer)
{
	struct thread *thread = tracer->first;

	if (!thread)
		return NULL;
	start_first(tracer);
	return &thread->call;
}

void turn_yield(struct tracer *tracer)
{
	/* Who was looked at in vain has not run since, where there is but one
	 * processor. Not before that: whoever else is busy gets it too, and
	 * for a thousand times as long. */
	if (!tracer->skip || !tracer->first || tracer->holds)
		return;
	tracer->skip--;
	sched_yield();
}

bool turn_advance(struct tracer *tracer)
{
	struct thread *thread = tracer->first;
	const struct thread *active = tracer->active;

	if (!thread || tracer->holds)
		return false;
	if (tracer->skip)
		return true;
	if (is_busy(tracer) || is_woken(tracer, thread, active)) {
		/* Where others have the processor, that takes a while. */
		if (tracer->vain < VAIN_MAX)
			tracer->vain++;
		tracer->skip = 1U << tracer->vain;
		return true;
	}
	start_first(tracer);
	return true;
}

void turn_settle(struct tracer *tracer)
{
	/* There is one at most: nobody else goes on before it is over. */
	if (tracer->active && turn_is_sure(tracer->active))
		is_busy(tracer);
}

void turn_forget(struct tracer *tracer, struct thread *thread)
{
	struct thread **at = &tracer->first;

	if (tracer->active == thread)
		tracer->active = NULL;
	while (*at && *at != thread)
		at = &(*at)->later;
	if (!*at)
		return;
	*at = thread->later;
	if (!*at)
		tracer->last = at;
}
