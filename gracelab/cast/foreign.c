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
#include "gracelab/experiment/options.h"
#include "gracelab/stage/confine.h"
#include "gracelab/trace/tracer.h"
#include "gracelab/trace/turn.h"
#include "kind.h"
#include "lib/base/duration.h"
#include "lib/base/task.h"

enum {
	SERVER_PORT = 43211,
	LOOKS_AT_ONCE = 64,
	/* So many looks in a row that find all asleep, a millisecond each. */
	LOOKS_ASLEEP = 20,
};

/* What the child does before it becomes the program. */
struct becoming {
	int input, output, directory, confinement;
	bool sigpipe_ignored;
};

static int prepare(void *context)
{
	const struct becoming *becoming = context;
	const struct sigaction sigpipe = {
		.sa_handler = becoming->sigpipe_ignored ? SIG_IGN : SIG_DFL,
	};

	sigaction(SIGPIPE, &sigpipe, NULL);
	if (dup2(becoming->input, STDIN_FILENO) < 0 ||
		dup2(becoming->output, STDOUT_FILENO) < 0 ||
		dup2(becoming->output, STDERR_FILENO) < 0 ||
		fchdir(becoming->directory) ||
		(becoming->confinement >= 0 &&
			confine_enter(becoming->confinement)))
		return -1;
	closefrom(STDERR_FILENO + 1);
	return 0;
}

static const char *program(const struct cast *cast, unsigned who)
{
	const struct words *words = actor_side(who) == SERVER
		? &cast->experiment->server
		: &cast->experiment->client;

	return words->list[1];
}

static void free_all(char **arguments)
{
	for (size_t i = 0; arguments && arguments[i]; i++)
		free(arguments[i]);
	free(arguments);
}

/* The folder of a file, for free(3); NULL if it cannot be told. */
static char *folder_of(const char *path)
{
	char *real = realpath(path, NULL),
	     *slash = real ? strrchr(real, '/') : NULL;

	if (slash)
		*slash = '\0';
	return real;
}

/* The words behind `exec`; NULL without memory. */
static char **fill_in(const struct cast *cast, const struct words *words)
{
	char **arguments = calloc(words->count, sizeof(*arguments));
	const char *host = *cast->host ? cast->host : cast->address;
	unsigned port = cast->port ? cast->port : SERVER_PORT;
	char *here = folder_of(cast->experiment->path);

	for (size_t i = 1; arguments && i < words->count; i++) {
		arguments[i - 1] =
			launch_fill_in(words->list[i], host, port, here);
		if (!arguments[i - 1]) {
			free_all(arguments);
			arguments = NULL;
		}
	}
	free(here);
	return arguments;
}

/* Starts it with pipes for its terminal; 0, or -1 with errno. */
static int launch(struct cast *cast, unsigned who, char *const *arguments)
{
	struct cast_member *member = &cast->members[who];
	int input[2], output[2];

	if (pipe2(input, O_CLOEXEC))
		return -1;
	if (pipe2(output, O_CLOEXEC)) {
		close(input[0]);
		close(input[1]);
		return -1;
	}
	struct becoming becoming = { input[0], output[1], cast->scratch,
		cast->confinement, cast->experiment->sigpipe_ignored };
	struct launch launch = {
		.arguments = arguments,
		.input = -1,
		.network = cast->networks[actor_side(who)],
		.prepare = prepare,
		.context = &becoming,
	};
	pid_t pid = tracer_start(
		&member->foreign->tracer, &launch, (int)actor_side(who));
	int error = errno;

	close(input[0]);
	close(output[1]);
	fcntl(input[1], F_SETFL, O_NONBLOCK);
	fcntl(output[0], F_SETFL, O_NONBLOCK);
	member->actor.pid = pid > 0 ? pid : 0;
	member->actor.ended = false;
	member->actor.input = input[1];
	member->actor.output = output[0];
	member->actor.events = member->actor.acks = -1;
	errno = error;
	return pid > 0 ? 0 : -1;
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
	free(foreign);
	member->foreign = NULL;
}

/* Whether execvp(3) will find it. */
static bool is_there(const char *program)
{
	const char *at = getenv("PATH");
	bool found = strchr(program, '/') && !access(program, X_OK);

	while (!strchr(program, '/') && at && *at && !found) {
		int len = (int)strcspn(at, ":");
		char *path = NULL;

		found = asprintf(&path, "%.*s/%s", len, at, program) >= 0 &&
			!access(path, X_OK);
		free(path);
		at += len + (at[len] == ':');
	}
	return found;
}

static const char *begin(
	struct cast *cast, unsigned who, const struct words *options)
{
	struct cast_member *member = &cast->members[who];
	char **arguments;
	int failed;

	if (!options_are_foreign(options))
		options = &cast->experiment->server;
	end(cast, who);
	member->foreign = foreign_call_begin(cast, who);
	arguments = fill_in(cast, options);
	if (!member->foreign || !arguments) {
		free_all(arguments);
		return cast_say(cast, "no memory");
	}
	if (!is_there(arguments[0])) {
		free_all(arguments);
		cast->lacks = true;
		return cast_say(cast, "there is no %s here", options->list[1]);
	}
	failed = launch(cast, who, arguments);
	int error = errno;

	free_all(arguments);
	cast->lacks |= failed;
	return failed ? cast_say(cast, "cannot start %s under ptrace(2): %s",
				options->list[1], strerror(error))
		      : NULL;
}

/* Whether all its threads sleep, and none stands at a call. */
static bool is_asleep(const struct foreign *foreign)
{
	const struct thread *thread = NULL;

	while ((thread = threads_each(&foreign->tracer.threads, thread)))
		if (task_state(thread->process, thread->number) != 'S')
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

static const char *await_joined(
	struct cast *cast, unsigned who, int64_t deadline_ms)
{
	switch (await(cast, who, is_joined, true, deadline_ms)) {
	case CAME:
	case ASLEEP:
		return NULL;
	case ENDED:
		return note_end(cast, who);
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
		return note_end(cast, who);
	case LATE:
		break;
	}
	return cast_say(cast, "the server does not listen");
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
	.hear = hear,
	.settle = settle,
	.await_end = await_end,
	.end = end,
};
