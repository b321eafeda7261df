/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cast.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "gracelab/experiment/outcome.h"
#include "kind.h"

const char *cast_say(struct cast *cast, const char *format, ...)
{
	va_list arguments;
	char *message = NULL;

	va_start(arguments, format);
	if (vasprintf(&message, format, arguments) < 0)
		message = NULL;
	va_end(arguments);
	/* Only now: the last message may be among the arguments. */
	free(cast->message);
	cast->message = message;
	return message ? message : "no memory";
}

void cast_init(struct cast *cast)
{
	cast->company.fd = -1;
	cast->networks[CLIENT] = cast->networks[SERVER] = -1;
	cast->address = "127.0.0.1";
	cast->address6 = "::1";
	for (int side = 0; side < SIDES; side++) {
		cast->members[side].kind = &kind_grace;
		cast->members[side].actor.side = (enum side)side;
		cast->members[side].actor.company = &cast->company;
	}
}

const char *cast_see(struct cast *cast, enum side side, struct outcome outcome)
{
	struct cast_member *member = &cast->members[side];
	struct outcome *seen = reallocarray(
		member->seen, member->seen_count + 1, sizeof(*seen));

	if (!seen) {
		free(outcome.text);
		return cast_say(cast, "no memory");
	}
	member->seen = seen;
	seen[member->seen_count++] = outcome;
	return NULL;
}

const char *cast_see_end(struct cast *cast, enum side side)
{
	int status = cast->members[side].actor.wait_status;
	struct outcome outcome = { .kind = OUTCOME_EXIT,
		.number = WEXITSTATUS(status) };

	if (WIFSIGNALED(status)) {
		const struct heard heard = {
			.event = { .kind = EVENT_KILLED,
				.signal = WTERMSIG(status) },
			.how = -1,
		};

		cast->on_event(cast->context, side, &heard);
		outcome = (struct outcome){ .kind = OUTCOME_KILLED,
			.number = WTERMSIG(status) };
	}
	return cast_see(cast, side, outcome);
}

static const char *not_running(struct cast *cast, enum side side)
{
	return cast_say(cast, "the %s has ended", side_name(side));
}

/* What an actor that ended before its time has shown. */
static const char *ended_early(struct cast *cast, enum side side)
{
	const struct cast_member *member = &cast->members[side];

	return cast_say(cast, "%s did not start: %s",
		member->kind->program(cast, side),
		member->actor.shown ? member->actor.shown
				    : "it showed nothing");
}

/* After a connect: waits until the server has accepted and reacted to it. */
static const char *await_accepted(struct cast *cast, int64_t deadline_ms)
{
	cast->connecting = false;
	if (cast->settles || !cast_runs(cast, SERVER))
		return NULL;
	return cast->members[SERVER].kind->await_accepted(
		cast, SERVER, deadline_ms);
}

const char *cast_begin_server(struct cast *cast)
{
	return cast->members[SERVER].kind->begin(
		cast, SERVER, &cast->experiment->server);
}

const char *cast_await_server(struct cast *cast, int64_t deadline_ms)
{
	const char *error = cast->members[SERVER].kind->await_ready(
		cast, SERVER, deadline_ms);

	return error                                ? error
		: cast->members[SERVER].actor.ended ? ended_early(cast, SERVER)
						    : NULL;
}

const char *cast_start_client(struct cast *cast, int64_t deadline_ms)
{
	const struct actor_kind *kind = cast->members[CLIENT].kind;
	const char *error =
		kind->begin(cast, CLIENT, &cast->experiment->client);

	if (!error)
		error = kind->await_ready(cast, CLIENT, deadline_ms);
	if (!error && cast->members[CLIENT].actor.ended)
		error = ended_early(cast, CLIENT);
	return error ? error : await_accepted(cast, deadline_ms);
}

const char *cast_start_server(
	struct cast *cast, const struct words *options, int64_t deadline_ms)
{
	struct cast_member *member = &cast->members[SERVER];

	if (cast_runs(cast, SERVER))
		return cast_say(cast, "the server has not ended");
	cast_forget_seen(member);
	const char *error = member->kind->begin(
		cast, SERVER, options ? options : &cast->experiment->server);

	return error ? error
		     : member->kind->await_ready(cast, SERVER, deadline_ms);
}

const char *cast_type(struct cast *cast, enum side side, const char *line,
	int64_t deadline_ms)
{
	if (!cast_runs(cast, side))
		return not_running(cast, side);
	const char *error =
		cast->members[side].kind->type(cast, side, line, deadline_ms);

	if (!error && cast->connecting)
		error = await_accepted(cast, deadline_ms);
	return error;
}

const char *cast_read(struct cast *cast, enum side side, int64_t deadline_ms)
{
	if (!cast_runs(cast, side))
		return not_running(cast, side);
	return cast->members[side].kind->read(cast, side, deadline_ms);
}

const char *cast_signal(
	struct cast *cast, enum side side, int signal, int64_t deadline_ms)
{
	if (!cast_runs(cast, side))
		return not_running(cast, side);
	cast_forget_seen(&cast->members[side]);
	actor_signal(&cast->members[side].actor, signal);
	return cast->members[side].kind->await_end(cast, side, deadline_ms);
}

const char *cast_await_end(
	struct cast *cast, enum side side, int64_t deadline_ms)
{
	if (!cast_runs(cast, side))
		return not_running(cast, side);
	return cast->members[side].kind->await_end(cast, side, deadline_ms);
}

const char *cast_hear(struct cast *cast, enum side side)
{
	if (!cast_runs(cast, side))
		return NULL;
	return cast->members[side].kind->hear(cast, side);
}

const char *cast_settle(struct cast *cast, enum side side, int64_t deadline_ms)
{
	if (!cast_runs(cast, side))
		return NULL;
	return cast->members[side].kind->settle(cast, side, deadline_ms);
}

static void drop_seen(struct cast_member *member, size_t i)
{
	free(member->seen[i].text);
	member->seen_count--;
	memmove(&member->seen[i], &member->seen[i + 1],
		(member->seen_count - i) * sizeof(*member->seen));
}

bool cast_take_seen(struct cast_member *member, const struct outcome *outcome)
{
	for (size_t i = 0; i < member->seen_count; i++) {
		if (outcome_equal(&member->seen[i], outcome)) {
			drop_seen(member, i);
			return true;
		}
	}
	return false;
}

void cast_forget_seen(struct cast_member *member)
{
	while (member->seen_count)
		drop_seen(member, member->seen_count - 1);
}

void cast_end(struct cast *cast)
{
	for (int side = 0; side < SIDES; side++) {
		struct cast_member *member = &cast->members[side];

		cast_forget_seen(member);
		free(member->seen);
		member->seen = NULL;
		actor_end(&member->actor);
	}
	free(cast->message);
	cast->message = NULL;
}
