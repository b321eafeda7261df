/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tracer.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bypass.h"
#include "entry.h"
#include "lib/base/task.h"
#include "peek.h"
#include "stop.h"
#include "turn.h"
#include "world.h"

/* A thread that nobody has told of yet: its parent's event comes later. */
static struct thread *adopt(struct tracer *tracer, pid_t number, int root)
{
	struct thread *thread = threads_find(&tracer->threads, number);
	pid_t process = number, parent = 0;

	if (thread)
		return thread;
	thread = threads_add(&tracer->threads, number);
	if (!thread) {
		tracer->failed = true;
		return NULL;
	}
	thread->process = number;
	thread->root = root;
	if (task_family(number, &process, &parent)) {
		const struct thread *kin = threads_find(
			&tracer->threads, process == number ? parent : process);

		thread->process = process;
		if (kin && root < 0)
			thread->root = kin->root;
		if (kin)
			thread->restarting = kin->restarting;
	}
	if (process == number && tracer->bypasses)
		bypass_born(tracer, process);
	if (process == number && tracer->hooks.born)
		tracer->hooks.born(tracer->hooks.context, thread);
	return thread;
}

static void on_return(struct tracer *tracer, struct thread *thread)
{
	if (thread->phase == THREAD_INTERRUPTED) {
		entry_interlude(tracer, thread);
		return;
	}
	if (thread->phase != THREAD_CALLING) {
		turn_go_on(thread, 0);
		return;
	}
	if (!stop_result(thread->number, &thread->call.result)) {
		turn_go_on(thread, 0);
		return;
	}
	turn_leave(tracer, thread);
	thread->phase = THREAD_FREE;
	thread->handled = thread->restarts = false;
	thread->depth = 0;
	if (stop_is_interrupted(thread->call.result))
		thread->phase = THREAD_INTERRUPTED;
	else
		tracer->hooks.leave(tracer->hooks.context, &thread->call);
	turn_go_on(thread, 0);
}

static void drop_call(struct tracer *tracer, struct thread *thread)
{
	if (thread->phase == THREAD_CALLING ||
		thread->phase == THREAD_INTERRUPTED)
		tracer->hooks.abandon(tracer->hooks.context, &thread->call);
	turn_forget(tracer, thread);
	thread->phase = THREAD_FREE;
}

static void on_exec(struct tracer *tracer, struct thread *thread)
{
	pid_t before = (pid_t)stop_message(thread->number);
	bool foreign, privileged;

	if (before != thread->number &&
		threads_find(&tracer->threads, before)) {
		/* The leader is gone without a word. */
		pid_t number = thread->number;

		drop_call(tracer, thread);
		threads_rename(&tracer->threads, before, number);
		thread = threads_find(&tracer->threads, number);
	}
	thread->call.thread = thread->call.process = thread->process =
		thread->number;
	thread->shares = false;
	bypass_forget(tracer, thread->process);
	peek_program(thread->process, &foreign, &privileged);
	if (foreign)
		tracer->hooks.remark(
			tracer->hooks.context, thread->process, TRACER_FOREIGN);
	thread->foreign = foreign;
	if (privileged)
		tracer->hooks.remark(tracer->hooks.context, thread->process,
			TRACER_PRIVILEGED);
	turn_go_on(thread, 0);
}

/* Whether another thread of its process has not ended. */
static bool has_company(
	const struct tracer *tracer, const struct thread *thread)
{
	const struct thread *other = NULL;

	while ((other = threads_each(&tracer->threads, other)))
		if (other != thread && other->process == thread->process &&
			other->phase != THREAD_ENDING)
			return true;
	return false;
}

static void on_end_begun(struct tracer *tracer, struct thread *thread)
{
	int status = (int)stop_message(thread->number);

	/* Who ends by itself has seen that its call gave EINTR. */
	if (!WIFSIGNALED(status))
		entry_give_up(tracer, thread);
	drop_call(tracer, thread);
	thread->phase = THREAD_ENDING;
	if (has_company(tracer, thread)) {
		turn_go_on(thread, 0);
		return;
	}
	thread->call = (struct trace_call){
		.what = &call_exit,
		.process = thread->process,
		.thread = thread->number,
		.root = thread->root,
		.args = { (uint64_t)status },
	};
	if (tracer->bypasses)
		bypass_close_by(tracer, &thread->call);
	if (tracer->hooks.enter(tracer->hooks.context, &thread->call)) {
		turn_add(tracer, thread);
		return;
	}
	thread->call.what = NULL;
	turn_go_on(thread, 0);
}

static void on_gone(struct tracer *tracer, struct thread *thread, int status)
{
	const struct tracer_hooks *hooks = &tracer->hooks;
	pid_t number = thread->number, process = thread->process;
	int root = thread->root;

	if (thread->phase == THREAD_ENDING && thread->call.what == &call_exit) {
		thread->call.args[0] = (uint64_t)status;
		hooks->leave(hooks->context, &thread->call);
	}
	drop_call(tracer, thread);
	threads_remove(&tracer->threads, number);
	if (number == process)
		bypass_forget(tracer, process);
	if (number == process)
		hooks->ended(hooks->context, process, root, status);
}

static void on_new(struct tracer *tracer, struct thread *thread)
{
	pid_t number = (pid_t)stop_message(thread->number);
	/* What is new is often met before, and may have ended since. */
	const struct thread *child = number > 0 && thread_is_ours(number)
		? adopt(tracer, number, thread->root)
		: NULL;

	threads_copy(&tracer->threads, thread->process);
	if (child && peek_shares_files(thread->process, child->process)) {
		threads_share(&tracer->threads, thread->process);
		threads_share(&tracer->threads, child->process);
	}
	turn_go_on(thread, 0);
}

static void on_signal(struct tracer *tracer, struct thread *thread, int signal)
{
	struct trace_call call;

	if (tracer->bypasses && bypass_interrupted(tracer, thread, &call))
		entry_tell(tracer, thread, &call);
	bool heeded = tracer->swift || thread->phase == THREAD_INTERRUPTED;

	if (heeded &&
		task_disposition(thread->process, signal) == TASK_CAUGHT) {
		if (tracer->swift)
			bypass_handled(tracer, thread);
		entry_handled(tracer, thread, signal);
	}
	tracer->hooks.signal(tracer->hooks.context, thread, signal);
	turn_go_on(thread, signal);
}

static void on_stop(struct tracer *tracer, struct thread *thread, int status)
{
	int signal = WSTOPSIG(status);

	switch (status >> 16) {
	case PTRACE_EVENT_SECCOMP:
		entry_stop(tracer, thread);
		return;
	case PTRACE_EVENT_FORK:
	case PTRACE_EVENT_VFORK:
	case PTRACE_EVENT_CLONE:
		on_new(tracer, thread);
		return;
	case PTRACE_EVENT_EXEC:
		on_exec(tracer, thread);
		return;
	case PTRACE_EVENT_EXIT:
		on_end_begun(tracer, thread);
		return;
	case PTRACE_EVENT_STOP:
		if (stop_is_group(signal))
			ptrace(PTRACE_LISTEN, thread->number, NULL, NULL);
		else
			turn_go_on(thread, 0);
		return;
	default:
		if (signal == (SIGTRAP | 0x80))
			on_return(tracer, thread);
		else
			on_signal(tracer, thread, signal);
	}
}

/* What waitpid(2) has given of a thread. */
static void on_status(struct tracer *tracer, pid_t number, int status)
{
	struct thread *thread = adopt(tracer, number, -1);

	if (thread && turn_is_sure(thread))
		turn_end_sure(tracer, thread, status);
	if (!thread)
		kill(number, SIGKILL);
	else if (WIFSTOPPED(status))
		on_stop(tracer, thread, status);
	else
		on_gone(tracer, thread, status);
}

bool tracer_handle(struct tracer *tracer)
{
	bool any = false;

	for (;;) {
		int status;

		turn_yield(tracer);
		const struct thread *kept = world_next(tracer, &status);
		pid_t number = kept ? kept->number
			: tracer->alone
			? threads_wait(&tracer->threads, &status)
			: waitpid(-1, &status, __WALL | WNOHANG);

		if (number < 0 && errno == EINTR)
			continue;
		if (number <= 0) {
			if (!turn_advance(tracer))
				return any;
			continue;
		}
		any = true;
		on_status(tracer, number, status);
	}
}

bool tracer_wait(struct tracer *tracer, const sigset_t *waking)
{
	sigset_t before;
	int status;

	/* Whoever waits for its turn gets that from tracer_handle(). */
	if (tracer->first || tracer->kept)
		return tracer_handle(tracer);
	sigprocmask(SIG_UNBLOCK, waking, &before);
	pid_t number = waitpid(-1, &status, __WALL);

	sigprocmask(SIG_SETMASK, &before, NULL);
	if (number <= 0)
		return false;
	on_status(tracer, number, status);
	/* The next to stop wakes who waits here; to look for it now would be
	 * in vain mostly. */
	if (tracer->first || tracer->kept)
		tracer_handle(tracer);
	return true;
}

void tracer_begin(
	struct tracer *tracer, const struct tracer_hooks *hooks, bool all)
{
	*tracer = (struct tracer){ .hooks = *hooks, .all = all };
	tracer->last = &tracer->first;
}

int tracer_seize(struct tracer *tracer, pid_t process, int root)
{
	if (ptrace(PTRACE_SEIZE, process, NULL, STOP_OPTIONS))
		return -1;
	adopt(tracer, process, root);
	return 0;
}

pid_t tracer_start(struct tracer *tracer, struct launch *launch, int root)
{
	int gate;

	launch->traced = true;
	launch->all = tracer->all;
	pid_t child = launch_begin(launch, &gate);

	if (child < 0)
		return -1;
	if (tracer_seize(tracer, child, root)) {
		int error = errno;

		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
		close(gate);
		errno = error;
		return -1;
	}
	launch_go(gate, true);
	return child;
}

void tracer_end(struct tracer *tracer)
{
	bypass_free(tracer);
	threads_free(&tracer->threads);
}
