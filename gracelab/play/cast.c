/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cast.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "gracelab/experiment/outcome.h"
#include "lib/base/escape.h"
#include "lib/base/names.h"

/* On a private network the port is free, and so the same in every play. */
#define PRIVATE_PORT "43211"

#define EVENTS_OPTION "--events=/dev/fd/3"

static const char *const names[SIDES] = { "graceclient", "graceserver" };

static bool is_event(const json_t *event, const char *name)
{
	const char *found = json_string_value(json_object_get(event, "event"));

	return found && !strcmp(found, name);
}

static void see(struct cast_member *member, struct outcome outcome)
{
	struct outcome *seen = reallocarray(
		member->seen, member->seen_count + 1, sizeof(*seen));

	if (!seen)
		return;
	member->seen = seen;
	seen[member->seen_count++] = outcome;
}

/* A received text comes escaped; what must be seen is bytes. */
static bool see_received(struct cast_member *member, const json_t *event)
{
	const char *text = json_string_value(json_object_get(event, "text"));
	struct outcome outcome = { .kind = OUTCOME_RECEIVED };

	outcome.text = text ? strdup(text) : NULL;
	if (!outcome.text)
		return false;
	outcome.bytes = strlen(text);
	if (!escape_resolve(outcome.text, &outcome.bytes)) {
		free(outcome.text);
		return false;
	}
	see(member, outcome);
	return true;
}

static void see_probe(struct cast_member *member, const json_t *event)
{
	const char *result =
		json_string_value(json_object_get(event, "result"));
	struct outcome outcome = { .kind = OUTCOME_PROBE,
		.probe = PROBE_UNKNOWN };

	for (int probe = PROBE_UNKNOWN; result && probe <= PROBE_FULL; probe++)
		if (!strcmp(event_probe_name((enum event_probe)probe), result))
			outcome.probe = (enum event_probe)probe;
	see(member, outcome);
}

static void see_event(struct cast_member *member, const json_t *event)
{
	const char *error = json_string_value(json_object_get(event, "errno"));
	const char *signal =
		json_string_value(json_object_get(event, "signal"));

	if (is_event(event, "send"))
		see(member,
			(struct outcome){ .kind = OUTCOME_SENT,
				.bytes = (size_t)json_integer_value(
					json_object_get(event, "bytes")) });
	else if (is_event(event, "recv"))
		see_received(member, event);
	else if (is_event(event, "eof"))
		see(member, (struct outcome){ .kind = OUTCOME_EOF });
	else if (is_event(event, "would-block"))
		see(member, (struct outcome){ .kind = OUTCOME_NOTHING });
	else if (is_event(event, "error") && error)
		see(member,
			(struct outcome){ .kind = OUTCOME_ERRNO,
				.number = outcome_errno(error) });
	else if (is_event(event, "signal") && signal)
		see(member,
			(struct outcome){ .kind = OUTCOME_SIGNAL,
				.number = names_signal_number(signal) });
	else if (is_event(event, "probe"))
		see_probe(member, event);
}

/* That it has ended is seen from its status, which it cannot deny. */
static void see_end(struct cast *cast, int side)
{
	struct cast_member *member = &cast->members[side];
	int status = member->actor.wait_status;

	if (WIFSIGNALED(status)) {
		json_t *event = json_pack("{s:s, s:s}", "event", "killed",
			"signal", names_signal(WTERMSIG(status)));

		cast->on_event(cast->context, side, event);
		json_decref(event);
		see(member,
			(struct outcome){ .kind = OUTCOME_KILLED,
				.number = WTERMSIG(status) });
	} else {
		see(member,
			(struct outcome){ .kind = OUTCOME_EXIT,
				.number = WEXITSTATUS(status) });
	}
}

__attribute__((format(printf, 2, 3))) static const char *say(
	struct cast *cast, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(cast->message, sizeof(cast->message), format, arguments);
	va_end(arguments);
	return cast->message;
}

/* Where the server listens is where the client connects to. */
static void note_address(struct cast *cast, const char *address)
{
	const char *colon = address ? strrchr(address, ':') : NULL;

	if (!colon)
		return;
	bool is_ipv6 = address[0] == '[';
	size_t len = (size_t)(colon - address) - (is_ipv6 ? 2 : 0);

	cast->port = (uint16_t)strtoul(colon + 1, NULL, 10);
	snprintf(cast->host, sizeof(cast->host), "%.*s", (int)len,
		address + is_ipv6);
	if (!strcmp(cast->host, "0.0.0.0"))
		strcpy(cast->host, "127.0.0.1");
	if (!strcmp(cast->host, "::"))
		strcpy(cast->host, "::1");
}

/*
 * Takes a side's events until one has the name (and, of `done`, the number of
 * the last line), or its end.
 */
static const char *await(
	struct cast *cast, int side, const char *name, int64_t deadline_ms)
{
	struct cast_member *member = &cast->members[side];
	bool came = false;

	while (!came) {
		json_t *event;

		switch (actor_next(&member->actor, &event, deadline_ms)) {
		case ACTOR_SILENT:
			return say(cast, "no %s from the %s in time", name,
				side_name((enum side)side));
		case ACTOR_ENDED:
			see_end(cast, side);
			return NULL;
		case ACTOR_EVENT:
			break;
		}
		see_event(member, event);
		came = is_event(event, name) &&
			(strcmp(name, "done") != 0 ||
				(unsigned long)json_integer_value(
					json_object_get(event, "line")) ==
					member->actor.typed);
		if (came && is_event(event, "listen"))
			note_address(cast,
				json_string_value(
					json_object_get(event, "detail")));
		cast->connecting |= is_event(event, "connect");
		cast->on_event(cast->context, side, event);
		json_decref(event);
	}
	return NULL;
}

/* After a connect: waits until the server has accepted and reacted to it. */
static const char *await_accept(struct cast *cast, int64_t deadline_ms)
{
	const struct actor *server = &cast->members[SERVER].actor;
	const char *error = NULL;

	cast->connecting = false;
	if (!server->ended)
		error = await(cast, SERVER, "accept", deadline_ms);
	/* A line that says nothing is done once --on-accept is. */
	if (!error && !server->ended)
		error = cast_type(cast, SERVER, "", deadline_ms);
	return error;
}

/* Starts a program with the lab's options and the experiment's behind them. */
static const char *start(struct cast *cast, int side, const char *const *first,
	const struct words *options, const char *const *last)
{
	/* Ours are few: a name, at most eight before and two behind. */
	char **arguments = calloc(options->count + 16, sizeof(*arguments));
	size_t count = 0;
	char *program = NULL;

	if (!arguments)
		return say(cast, "%s", strerror(ENOMEM));
	arguments[count++] = (char *)names[side];
	for (; *first; first++)
		arguments[count++] = (char *)*first;
	for (size_t i = 0; i < options->count; i++)
		arguments[count++] = options->list[i];
	for (; *last; last++)
		arguments[count++] = (char *)*last;
	if (asprintf(&program, "%s/%s", cast->programs, names[side]) < 0) {
		free(arguments);
		return say(cast, "%s", strerror(ENOMEM));
	}
	int failed = actor_start(&cast->members[side].actor,
		&(struct actor_start){
			.program = program,
			.arguments = arguments,
			.directory = cast->scratch,
			.sigpipe_ignored = cast->experiment->sigpipe_ignored,
		});

	free(program);
	free(arguments);
	return failed
		? say(cast, "cannot start %s: %s", names[side], strerror(errno))
		: NULL;
}

static const char *begin_server(struct cast *cast, const struct words *options)
{
	char port[8];

	snprintf(port, sizeof(port), "%u", cast->port);
	const char *const first[] = { "--quiet", "--paused", "--delay=hold",
		EVENTS_OPTION, "--port",
		cast->port                      ? port
			: cast->private_network ? PRIVATE_PORT
						: "0",
		NULL };
	const char *const last[] = { NULL };

	return start(cast, SERVER, first, options, last);
}

/* What an actor that ended before its time has shown last. */
static const char *ended_early(struct cast *cast, int side)
{
	const struct actor *actor = &cast->members[side].actor;

	return say(cast, "%s did not start: %s", names[side],
		actor->shown ? actor->shown : "it showed nothing");
}

const char *cast_begin_server(struct cast *cast)
{
	return begin_server(cast, &cast->experiment->server);
}

const char *cast_await_server(struct cast *cast, int64_t deadline_ms)
{
	const char *error = await(cast, SERVER, "listen", deadline_ms);

	if (!error && cast->members[SERVER].actor.ended)
		return ended_early(cast, SERVER);
	return error;
}

const char *cast_start_client(struct cast *cast, int64_t deadline_ms)
{
	char port[8];

	snprintf(port, sizeof(port), "%u", cast->port);
	const char *const first[] = { "--quiet", "--paused", EVENTS_OPTION,
		NULL };
	const char *const last[] = { cast->host, port, NULL };
	const char *error =
		start(cast, CLIENT, first, &cast->experiment->client, last);

	if (!error)
		error = await(cast, CLIENT, "connect", deadline_ms);
	if (!error && cast->members[CLIENT].actor.ended)
		return ended_early(cast, CLIENT);
	return error ? error : await_accept(cast, deadline_ms);
}

const char *cast_start_server(
	struct cast *cast, const struct words *options, int64_t deadline_ms)
{
	struct cast_member *member = &cast->members[SERVER];

	if (member->actor.pid && !member->actor.ended)
		return say(cast, "the server has not ended");
	cast_forget_seen(member);
	const char *error = begin_server(
		cast, options->count ? options : &cast->experiment->server);

	return error ? error : await(cast, SERVER, "listen", deadline_ms);
}

const char *cast_type(
	struct cast *cast, int side, const char *line, int64_t deadline_ms)
{
	struct actor *actor = &cast->members[side].actor;

	if (actor->ended)
		return say(
			cast, "the %s has ended", side_name((enum side)side));
	if (!actor_type(actor, line, deadline_ms))
		return say(cast, "the %s takes no line",
			side_name((enum side)side));
	const char *error = await(cast, side, "done", deadline_ms);

	if (!error && cast->connecting)
		error = await_accept(cast, deadline_ms);
	return error;
}

const char *cast_signal(
	struct cast *cast, int side, int signal, int64_t deadline_ms)
{
	struct actor *actor = &cast->members[side].actor;

	if (actor->ended)
		return say(
			cast, "the %s has ended", side_name((enum side)side));
	cast_forget_seen(&cast->members[side]);
	actor_signal(actor, signal);
	return await(cast, side, "end", deadline_ms);
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
		cast_forget_seen(&cast->members[side]);
		free(cast->members[side].seen);
		actor_end(&cast->members[side].actor);
	}
}
