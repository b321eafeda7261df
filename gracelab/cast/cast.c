/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cast.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "gracelab/experiment/options.h"
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

/* Whose program it is. */
static const struct actor_kind *kind_of(const struct cast *cast, unsigned who)
{
	const struct words *words = actor_side(who) == SERVER
		? &cast->experiment->server
		: &cast->experiment->client;

	return options_are_foreign(words) ? &kind_foreign : &kind_grace;
}

void cast_init(struct cast *cast)
{
	cast->company.fd = -1;
	cast->networks[CLIENT] = cast->networks[SERVER] = -1;
	cast->address = "127.0.0.1";
	cast->address6 = "::1";
	for (unsigned who = 0; who < ACTORS_MAX; who++) {
		cast->members[who].kind = kind_of(cast, who);
		cast->members[who].actor.side = actor_side(who);
		cast->members[who].actor.company = &cast->company;
	}
}

const char *cast_see(struct cast *cast, unsigned who, struct outcome outcome)
{
	struct cast_member *member = &cast->members[who];
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

const char *cast_see_end(struct cast *cast, unsigned who)
{
	int status = cast->members[who].actor.wait_status;
	struct outcome outcome = { .kind = OUTCOME_EXIT,
		.number = WEXITSTATUS(status) };

	if (WIFSIGNALED(status)) {
		const struct heard heard = {
			.event = { .kind = EVENT_KILLED,
				.signal = WTERMSIG(status) },
			.how = -1,
		};

		cast->on_event(cast->context, who, &heard);
		outcome = (struct outcome){ .kind = OUTCOME_KILLED,
			.number = WTERMSIG(status) };
	}
	return cast_see(cast, who, outcome);
}

static const char *not_running(struct cast *cast, unsigned who)
{
	return cast_say(cast, "the %s has ended", actor_name(who));
}

/* What an actor that ended before its time has shown. */
static const char *ended_early(struct cast *cast, unsigned who)
{
	const struct cast_member *member = &cast->members[who];

	return cast_say(cast, "%s did not start: %s",
		member->kind->program(cast, who),
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

const char *cast_start_client(struct cast *cast, unsigned who,
	const struct words *options, int64_t deadline_ms)
{
	struct cast_member *member = &cast->members[who];

	if (cast_runs(cast, who))
		return cast_say(cast, "the %s has not ended", actor_name(who));
	cast_forget_seen(member);
	const char *error = member->kind->begin(
		cast, who, options ? options : &cast->experiment->client);

	if (!error)
		error = member->kind->await_ready(cast, who, deadline_ms);
	return error || !cast->connecting ? error
					  : await_accepted(cast, deadline_ms);
}

const char *cast_start_first(struct cast *cast, int64_t deadline_ms)
{
	const char *error = cast_start_client(cast, CLIENT, NULL, deadline_ms);

	return !error && cast->members[CLIENT].actor.ended
		? ended_early(cast, CLIENT)
		: error;
}

const char *cast_secure(struct cast *cast, int64_t deadline_ms)
{
	for (unsigned who = 0; who < ACTORS_MORE; who++) {
		if (!cast->members[who].kind->secure)
			return cast_say(cast, "no TLS of the %s is seen",
				actor_name(who));
		if (!cast_runs(cast, who))
			return not_running(cast, who);
	}
	return cast->members[CLIENT].kind->secure(cast, deadline_ms);
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

const char *cast_type(
	struct cast *cast, unsigned who, const char *line, int64_t deadline_ms)
{
	if (!cast_runs(cast, who))
		return not_running(cast, who);
	const char *error =
		cast->members[who].kind->type(cast, who, line, deadline_ms);

	if (!error && cast->connecting)
		error = await_accepted(cast, deadline_ms);
	return error;
}

const char *cast_read(struct cast *cast, unsigned who, int64_t deadline_ms)
{
	if (!cast_runs(cast, who))
		return not_running(cast, who);
	return cast->members[who].kind->read(cast, who, deadline_ms);
}

const char *cast_can_call(struct cast *cast, unsigned who, enum cast_call *can,
	int64_t deadline_ms)
{
	*can = CAST_ENDED;
	if (!cast_runs(cast, who))
		return NULL;
	return cast->members[who].kind->can_call(cast, who, can, deadline_ms);
}

const char *cast_signal(
	struct cast *cast, unsigned who, int signal, int64_t deadline_ms)
{
	if (!cast_runs(cast, who))
		return not_running(cast, who);
	cast_forget_seen(&cast->members[who]);
	actor_signal(&cast->members[who].actor, signal);
	return cast->members[who].kind->await_end(cast, who, deadline_ms);
}

const char *cast_await_end(struct cast *cast, unsigned who, int64_t deadline_ms)
{
	if (!cast_runs(cast, who))
		return not_running(cast, who);
	return cast->members[who].kind->await_end(cast, who, deadline_ms);
}

const char *cast_hear(struct cast *cast, unsigned who)
{
	if (!cast_runs(cast, who))
		return NULL;
	return cast->members[who].kind->hear(cast, who);
}

const char *cast_settle(struct cast *cast, unsigned who, int64_t deadline_ms)
{
	if (!cast_runs(cast, who))
		return NULL;
	return cast->members[who].kind->settle(cast, who, deadline_ms);
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
	for (unsigned who = 0; who < ACTORS_MAX; who++) {
		struct cast_member *member = &cast->members[who];

		cast_forget_seen(member);
		free(member->seen);
		member->seen = NULL;
		if (member->kind->end)
			member->kind->end(cast, who);
		actor_end(&member->actor);
	}
	free(cast->message);
	cast->message = NULL;
}
