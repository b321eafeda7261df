/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "entry.h"

#include <errno.h>
#include <linux/net.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bypass.h"
#include "peek.h"
#include "stop.h"
#include "turn.h"
#include "world.h"

/* So many calls on what is no connection may stop. */
#define PASSED_MAX 64

/* Whoever speaks for its process. */
static struct thread *leader_of(
	const struct tracer *tracer, struct thread *thread)
{
	struct thread *leader = threads_find(&tracer->threads, thread->process);

	return leader ? leader : thread;
}

static uint64_t bit_of(uint64_t signal)
{
	return signal >= 1 && signal <= 64 ? UINT64_C(1) << (signal - 1) : 0;
}

/* It stands at the entry of sigaction(2); that it fails makes no difference
 * where it is right. */
static void note_handler(const struct tracer *tracer, struct thread *thread,
	const struct trace_call *call)
{
	struct thread *leader = leader_of(tracer, thread);
	/* The kernel's structure begins with the handler, of a word. */
	size_t at = call->narrow ? 4 : 8;
	uint64_t bit = bit_of(call->args[0]);
	uint32_t flags;

	if (!call->args[1] ||
		peek_memory(thread->number, call->args[1] + at, &flags,
			sizeof(flags)) != sizeof(flags))
		return;
	if (flags & SA_RESTART)
		leader->restarting |= bit;
	else
		leader->restarting &= ~bit;
}

void entry_handled(
	const struct tracer *tracer, struct thread *thread, int signal)
{
	if (thread->phase != THREAD_INTERRUPTED)
		return;
	thread->depth++;
	/* The first to be called decides. */
	if (thread->handled)
		return;
	thread->handled = true;
	thread->restarts = stop_restarts(thread->call.result,
		leader_of(tracer, thread)->restarting &
			bit_of((uint64_t)signal));
}

/* An interrupted call is not waited for any more. */
void entry_give_up(struct tracer *tracer, struct thread *thread)
{
	if (thread->phase != THREAD_INTERRUPTED)
		return;
	thread->phase = THREAD_FREE;
	thread->call.result = thread->restarts ? CALL_INTERRUPTED : -EINTR;
	tracer->hooks.leave(tracer->hooks.context, &thread->call);
}

void entry_interlude(struct tracer *tracer, struct thread *thread)
{
	int64_t result;

	if (thread->returns && thread->depth)
		thread->depth--;
	/* Behind another handler that is what a call of that one's gave. */
	if (thread->returns && !thread->depth &&
		stop_result(thread->number, &result) && result == -EINTR) {
		thread->restarts = false;
		entry_give_up(tracer, thread);
	}
	thread->returns = false;
	if (thread->phase == THREAD_INTERRUPTED)
		switch (stop_interlude(thread->number)) {
		case STOP_NOTHING:
			break;
		case STOP_RETURNS:
			thread->returns = true;
			break;
		case STOP_RESUMES:
			thread->phase = THREAD_CALLING;
			break;
		}
	turn_go_on(thread, 0);
}

/* Whether the call at whose entry it stands is the interrupted one; who has not
 * returned from its handler has left that, and the call, by siglongjmp(3). */
static bool is_restarted(
	const struct thread *thread, long number, const uint64_t args[6])
{
	return thread->phase == THREAD_INTERRUPTED && !thread->depth &&
		thread->call.what->number == number &&
		!memcmp(thread->call.args, args, sizeof(thread->call.args));
}

/* io_uring would do calls that nobody sees. */
static void refuse_uring(struct tracer *tracer, struct thread *thread)
{
	bool refused = !tracer->lets_uring && stop_refuse(thread->number);

	tracer->hooks.remark(tracer->hooks.context, thread->process,
		refused ? TRACER_URING : TRACER_URING_SEEN);
	if (!refused)
		threads_share(&tracer->threads, thread->process);
	turn_go_on(thread, 0);
}

/* A call that was made without a stop, and has ended. */
void entry_tell(struct tracer *tracer, struct thread *thread,
	const struct trace_call *call)
{
	const struct tracer_hooks *hooks = &tracer->hooks;
	/* A signal's handler has made it: the thread's own may go on yet. */
	struct trace_call told = *call, own = thread->call;

	if (!hooks->enter(hooks->context, &told))
		return;
	hooks->begin(hooks->context, &told);
	thread->call = told;
	turn_leave(tracer, thread);
	told.tie = thread->call.tie;
	thread->call = own;
	hooks->leave(hooks->context, &told);
}

/* Has calls like this one go through without a stop, if that can be; else by
 * `otherwise`. */
static void lay_bypass(struct tracer *tracer, struct thread *thread,
	uint64_t address,
	void (*otherwise)(struct tracer *tracer, struct thread *thread))
{
	int status;

	switch (bypass_lay(tracer, thread, address, &status)) {
	case BYPASS_NOT:
		otherwise(tracer, thread);
		return;
	case BYPASS_AGAIN:
		turn_go_on(thread, 0);
		return;
	case BYPASS_GONE:
		world_keep(tracer, thread, status);
	}
}

static void let_go(struct tracer *tracer, struct thread *thread)
{
	(void)tracer;
	turn_go_on(thread, 0);
}

/* It stands at a call that is none of ours. */
static void pass_by(struct tracer *tracer, struct thread *thread,
	const struct trace_call *call, uint64_t address)
{
	const struct call *what = call->what;

	if (call_gives_away(what))
		threads_copy(&tracer->threads, thread->process);
	/* Of a signal's handler: behind that its own goes on, or has ended. */
	if (thread->phase == THREAD_INTERRUPTED) {
		turn_go_on(thread, 0);
		return;
	}
	thread->call = *call;
	/* Who copies a file shall not stop for each piece of it. */
	if (what->bytes == CALL_BUFFER && !call->narrow &&
		++thread->passed > PASSED_MAX) {
		thread->call.subject = NULL;
		thread->call.group = NULL;
		lay_bypass(tracer, thread, address, let_go);
		return;
	}
	turn_go_on(thread, 0);
}

/* What a call of the 32-bit ABI is called here; false: it is none of ours. */
static bool widen(const struct tracer *tracer, const struct thread *thread,
	struct stop_entry *entry)
{
	uint32_t words[6] = { 0 };
	const struct call *call;

	entry->number = call_native(entry->number);
	if (entry->number == CALL_MANY) {
		entry->number = call_of_many(entry->args[0]);
		/* Behind the last there need be nothing. */
		peek_memory(thread->number, entry->args[1], words,
			entry->args[0] == SYS_SEND || entry->args[0] == SYS_RECV
				? 4 * sizeof(*words)
				: sizeof(words));
		for (int i = 0; i < 6; i++)
			entry->args[i] = words[i];
	}
	call = call_find(entry->number);
	return call && call_suits(call, entry->args, tracer->all);
}

/* prctl(2) by which a process hides from whoever has no privilege over it, us
 * too; whether that was dealt with. */
static bool keep_from_hiding(struct tracer *tracer, struct thread *thread,
	const struct trace_call *call)
{
	uint64_t args[6];

	if (call->what->number != SYS_prctl || call->args[0] != PR_SET_DUMPABLE)
		return false;
	if (!call->args[1] && geteuid() != 0 &&
		stop_answer(thread->number, 0, args))
		tracer->hooks.remark(
			tracer->hooks.context, thread->process, TRACER_HIDES);
	turn_go_on(thread, 0);
	return true;
}

/* What is said once of a process. */
static void note_once(struct tracer *tracer, const struct thread *thread,
	bool *said, enum tracer_remark remark)
{
	if (!*said)
		tracer->hooks.remark(
			tracer->hooks.context, thread->process, remark);
	*said = true;
}

/* It stands at the entry of a call of the table. */
static void enter(struct tracer *tracer, struct thread *thread,
	const struct trace_call *call, uint64_t address)
{
	const struct tracer_hooks *hooks = &tracer->hooks;
	struct trace_call entered = *call;

	if (call->what->kind == CALL_HANDLER) {
		note_handler(tracer, thread, call);
		turn_go_on(thread, 0);
		return;
	}
	if (call->what->kind == CALL_URING) {
		refuse_uring(tracer, thread);
		return;
	}
	if (call->what->kind == CALL_TRACE) {
		note_once(tracer, thread, &leader_of(tracer, thread)->traces,
			TRACER_TRACES);
		turn_go_on(thread, 0);
		return;
	}
	if (keep_from_hiding(tracer, thread, call))
		return;
	if (call->what->kind == CALL_FILTER) {
		hooks->remark(hooks->context, thread->process, TRACER_FILTER);
		bypass_refuse(tracer, thread->process);
		threads_share(&tracer->threads, thread->process);
		turn_go_on(thread, 0);
		return;
	}
	if (call_duplicates(call->what))
		threads_copy(&tracer->threads, thread->process);
	if (tracer->bypasses)
		bypass_close_by(tracer, call);
	if (!hooks->enter(hooks->context, &entered)) {
		pass_by(tracer, thread, &entered, address);
		return;
	}
	entry_give_up(tracer, thread);
	thread->call = entered;
	if (thread->call.bulk && !thread->call.stops && !call->narrow)
		lay_bypass(tracer, thread, address, turn_add);
	else
		turn_add(tracer, thread);
}

void entry_stop(struct tracer *tracer, struct thread *thread)
{
	const struct thread *leader = leader_of(tracer, thread);
	struct trace_call call = { .process = thread->process,
		.thread = thread->number,
		.root = thread->root,
		.files = thread_files(&tracer->threads, thread),
		.lone = leader->number == thread->process && !leader->shares,
		.copies = leader->copies };
	struct stop_entry entry;

	if (!stop_entry(thread->number, &entry)) {
		turn_go_on(thread, 0);
		return;
	}
	if (!entry.narrow && tracer->bypasses &&
		bypass_reports(
			tracer, thread, entry.number, entry.address, &call)) {
		entry_tell(tracer, thread, &call);
		turn_go_on(thread, 0);
		return;
	}
	if (entry.narrow && !widen(tracer, thread, &entry)) {
		turn_go_on(thread, 0);
		return;
	}
	if (is_restarted(thread, entry.number, entry.args)) {
		turn_add(tracer, thread);
		return;
	}
	call.narrow = entry.narrow;
	call.what = call_find(entry.number);
	memcpy(call.args, entry.args, sizeof(call.args));
	if (call.what) {
		enter(tracer, thread, &call, entry.address);
		return;
	}
	if (entry.number >= 0)
		note_once(tracer, thread, &leader_of(tracer, thread)->foreign,
			TRACER_FOREIGN);
	turn_go_on(thread, 0);
}
