/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Any program as an actor, `exec`: under ptrace(2), and once it has its
 * connection held at the entry of each call on a TCP socket until its turn.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "foreign_call.h"
#include "foreign_start.h"
#include "foreign_tls.h"
#include "gracelab/experiment/options.h"
#include "gracelab/trace/peek.h"
#include "gracelab/trace/tracer.h"
#include "gracelab/trace/turn.h"
#include "kind.h"
#include "lib/base/duration.h"
#include "lib/base/task.h"

enum {
	LOOKS_AT_ONCE = 64,
	/* So many looks in a row that find all asleep, a millisecond each. */
	LOOKS_ASLEEP = 20,
};

static const char *program(const struct cast *cast, unsigned who)
{
	const struct words *words = actor_side(who) == SERVER
		? &cast->experiment->server
		: &cast->experiment->client;

	return words->list[1];
}

static void end(struct cast *cast, unsigned who)
{
	struct cast_member *member = &cast->members[who];
	struct foreign *foreign = member->foreign;

	if (!foreign)
		return;
	foreign->tracer.holds = false;
	foreign->silent = true;
	for (unsigned looks = 0; foreign->tracer.threads.count; looks++) {
		const struct thread *thread = NULL;

		while ((thread =
				threads_each(&foreign->tracer.threads, thread)))
			kill(thread->process, SIGKILL);
		if (!tracer_handle(&foreign->tracer) && looks > LOOKS_AT_ONCE)
			actor_attend(&member->actor, 1);
	}
	actor_attend(&member->actor, 0);
	if (member->actor.pid > 0) {
		close(member->actor.input);
		if (member->actor.output >= 0)
			close(member->actor.output);
	}
	member->actor.ended = true;
	member->actor.input = member->actor.output = -1;
	tracer_end(&foreign->tracer);
	foreign_tls_end(foreign);
	free(foreign);
	member->foreign = NULL;
}

static const char *begin(
	struct cast *cast, unsigned who, const struct words *options)
{
	struct cast_member *member = &cast->members[who];

	end(cast, who);
	member->foreign = foreign_call_begin(cast, who);
	if (!member->foreign)
		return cast_say(cast, "no memory");
	return foreign_start(cast, who,
		options_are_foreign(options) ? options
					     : &cast->experiment->server);
}

/* Whether all its threads sleep, none by the clock, and none stands at a call.
 */
static bool is_asleep(const struct foreign *foreign)
{
	const struct thread *thread = NULL;

	while ((thread = threads_each(&foreign->tracer.threads, thread)))
		if (task_state(thread->process, thread->number) != 'S' ||
			task_sleeps(thread->number))
			return false;
	return true;
}

/* Notes that it has ended, once. */
static const char *note_end(struct cast *cast, unsigned who)
{
	struct cast_member *member = &cast->members[who];
	struct foreign *foreign = member->foreign;

	if (!foreign->ended || member->actor.ended)
		return NULL;
	/* What it has shown last. */
	actor_attend(&member->actor, 0);
	member->actor.ended = true;
	member->actor.wait_status = foreign->wait_status;
	return cast_see_end(cast, who);
}

enum waited { CAME, ENDED, ASLEEP, LATE };

/* Has it go on until something has come about. */
static enum waited await(struct cast *cast, unsigned who,
	bool (*came)(const struct foreign *foreign), bool may_sleep,
	int64_t deadline_ms)
{
	struct cast_member *member = &cast->members[who];
	struct foreign *foreign = member->foreign;
	unsigned asleep = 0;

	for (unsigned looks = 0;; looks++) {
		bool any = tracer_handle(&foreign->tracer);

		if (came(foreign))
			return CAME;
		if (foreign->ended)
			return ENDED;
		if (any)
			looks = asleep = 0;
		if (duration_now_ms() >= deadline_ms)
			return LATE;
		if (looks < LOOKS_AT_ONCE) {
			sched_yield();
			continue;
		}
		actor_attend(&member->actor, 1);
		asleep = !may_sleep && is_asleep(foreign) ? asleep + 1 : 0;
		if (asleep >= LOOKS_ASLEEP)
			return ASLEEP;
	}
}

static bool is_listening(const struct foreign *foreign)
{
	return foreign->listening;
}

static bool is_joined(const struct foreign *foreign)
{
	return foreign->joined;
}

static bool is_held(const struct foreign *foreign)
{
	return foreign->tracer.first;
}

static bool has_called(const struct foreign *foreign)
{
	return foreign->called;
}

static bool never(const struct foreign *foreign)
{
	(void)foreign;
	return false;
}

/* A shell says by this that it has found no such program. */
#define STATUS_NOT_FOUND 127

/* It has ended before it had a connection. */
static const char *ended_unjoined(struct cast *cast, unsigned who)
{
	int status = cast->members[who].foreign->wait_status;

	if (WIFEXITED(status) && WEXITSTATUS(status) == STATUS_NOT_FOUND)
		cast->lacks = true;
	return note_end(cast, who);
}

static const char *await_joined(
	struct cast *cast, unsigned who, int64_t deadline_ms)
{
	switch (await(cast, who, is_joined, true, deadline_ms)) {
	case CAME:
	case ASLEEP:
		return NULL;
	case ENDED:
		return ended_unjoined(cast, who);
	case LATE:
		break;
	}
	return cast_say(cast, "no %s(2) of the %s has returned in time",
		actor_side(who) == SERVER ? "accept" : "connect",
		actor_name(who));
}

static const char *await_ready(
	struct cast *cast, unsigned who, int64_t deadline_ms)
{
	const char *error;

	if (actor_side(who) == CLIENT) {
		error = await_joined(cast, who, deadline_ms);
		cast->connecting = !error && cast_runs(cast, who);
		return error;
	}
	switch (await(cast, who, is_listening, true, deadline_ms)) {
	case CAME:
	case ASLEEP:
		return NULL;
	case ENDED:
		return ended_unjoined(cast, who);
	case LATE:
		break;
	}
	return cast_say(
		cast, "the server does not listen in time: see --patience");
}

static const char *type(
	struct cast *cast, unsigned who, const char *line, int64_t deadline_ms)
{
	if (actor_type(&cast->members[who].actor, line, deadline_ms) ==
		ACTOR_TYPED)
		return NULL;
	return cast_say(cast, "the %s takes no line", actor_name(who));
}

/* Its next call, from entry to exit. */
static const char *call_once(
	struct cast *cast, unsigned who, int64_t deadline_ms)
{
	struct foreign *foreign = cast->members[who].foreign;
	const char *other = actor_side(who) == SERVER ? "client" : "server";
	const struct trace_call *call;

	/* It may sleep, and go on by itself. */
	switch (await(cast, who, is_held, true, deadline_ms)) {
	case CAME:
	case ASLEEP:
		break;
	case ENDED:
		return note_end(cast, who);
	case LATE:
		return cast_say(cast,
			"the %s calls nothing on its connection in time, "
			"while the %s is held",
			actor_name(who), other);
	}
	foreign->called = false;
	call = turn_release(&foreign->tracer);
	switch (await(cast, who, has_called, false, deadline_ms)) {
	case CAME:
		return foreign->ended ? note_end(cast, who) : foreign->error;
	case ENDED:
		return note_end(cast, who);
	case ASLEEP:
	case LATE:
		break;
	}
	return cast_say(cast, "%s of the %s would block while the %s is held",
		call->what->name, actor_name(who), other);
}

static const char *can_call(struct cast *cast, unsigned who,
	enum cast_call *can, int64_t deadline_ms)
{
	struct foreign *foreign = cast->members[who].foreign;

	*can = CAST_WAITS;
	switch (await(cast, who, is_held, false, deadline_ms)) {
	case CAME:
		if (foreign_call_ends(&foreign->tracer.first->call))
			*can = CAST_CALLS;
		return NULL;
	case ENDED:
		*can = CAST_ENDED;
		return note_end(cast, who);
	case ASLEEP:
		return NULL;
	case LATE:
		break;
	}
	return cast_say(cast, "the %s neither calls nor sleeps in time",
		actor_name(who));
}

static const char *hear(struct cast *cast, unsigned who)
{
	struct foreign *foreign = cast->members[who].foreign;

	tracer_handle(&foreign->tracer);
	actor_attend(&cast->members[who].actor, 0);
	return note_end(cast, who);
}

static const char *settle(struct cast *cast, unsigned who, int64_t deadline_ms)
{
	(void)deadline_ms;
	return hear(cast, who);
}

static const char *await_end(
	struct cast *cast, unsigned who, int64_t deadline_ms)
{
	cast->members[who].foreign->tracer.holds = false;
	if (await(cast, who, never, true, deadline_ms) == ENDED)
		return note_end(cast, who);
	return cast_say(cast, "no end from the %s in time", actor_name(who));
}

const struct actor_kind kind_foreign = {
	.name = "foreign",
	.calls = true,
	.program = program,
	.begin = begin,
	.await_ready = await_ready,
	.await_accepted = await_joined,
	.type = type,
	.read = call_once,
	.can_call = can_call,
	.hear = hear,
	.settle = settle,
	.await_end = await_end,
	.secure = foreign_tls_secure,
	.end = end,
};
