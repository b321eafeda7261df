/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * graceclient and graceserver as actors. Both are started `--paused`, the
 * server with `--delay hold`, so that nothing is read and nothing answered but
 * by a typed line; each line's `done` event ends its step.
 */
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kind.h"

/* On a private network the port is free, and so the same in every play. */
#define PRIVATE_PORT "43211"

/* In the actors' folder, which is where they run. */
#define UNIX_SOCKET UNIX_PREFIX "grace.sock"

#define EVENTS_OPTION "--events=/dev/fd/3"
#define ACKS_OPTION   "--events-ack=/dev/fd/4"

static const char *const names[SIDES] = { "graceclient", "graceserver" };

/* Where the server listens is where the client connects to. */
static void note_address(struct cast *cast, const char *listening)
{
	static const struct in6_addr any6 = IN6ADDR_ANY_INIT;
	struct sockaddr_storage address;
	struct sockaddr_in *in = (void *)&address;
	struct sockaddr_in6 *in6 = (void *)&address;
	const char *anywhere = NULL;

	if (!listening || !net_parse_end(listening, &address))
		return;
	if (address.ss_family == AF_INET &&
		in->sin_addr.s_addr == htonl(INADDR_ANY))
		anywhere = cast->address;
	if (address.ss_family == AF_INET6 &&
		!memcmp(&in6->sin6_addr, &any6, sizeof(any6)))
		anywhere = cast->address6;
	if (anywhere)
		snprintf(cast->host, sizeof(cast->host), "%s", anywhere);
	else if (getnameinfo((struct sockaddr *)&address, sizeof(address),
			 cast->host, sizeof(cast->host), NULL, 0,
			 NI_NUMERICHOST))
		return;
	cast->port = ntohs(
		address.ss_family == AF_INET6 ? in6->sin6_port : in->sin_port);
}

/* Whether this is the event that was waited for. */
static bool is_awaited(const struct cast *cast, unsigned who,
	const struct event *event, enum event_kind kind)
{
	return event->kind == kind &&
		(kind != EVENT_DONE ||
			event->line == cast->members[who].actor.typed);
}

/* Takes an event in: the outcome, the address, whoever listens. Frees it. */
static const char *take(struct cast *cast, unsigned who, struct heard *heard)
{
	const char *error = cast_see_event(cast, who, heard);

	if (heard->event.kind == EVENT_LISTEN)
		note_address(cast, heard->event.local);
	cast->connecting |= heard->event.kind == EVENT_CONNECT;
	cast->on_event(cast->context, who, heard);
	heard_free(heard);
	actor_go_on(&cast->members[who].actor);
	return error;
}

/*
 * Takes a side's events until one is of this kind (and, of `done`, has the
 * number of the last line), or its end: with EVENT_KILLED nothing but that.
 */
static const char *await(struct cast *cast, unsigned who, enum event_kind kind,
	int64_t deadline_ms)
{
	const char *error = NULL;
	bool came = false;

	while (!came && !error) {
		struct heard heard;

		switch (actor_next(
			&cast->members[who].actor, &heard, deadline_ms)) {
		case ACTOR_SILENT:
			return cast_say(cast, "no %s from the %s in time",
				kind == EVENT_KILLED ? "end" : event_name(kind),
				actor_name(who));
		case ACTOR_ENDED:
			return cast_see_end(cast, who);
		case ACTOR_FAILED:
			return cast_say(cast, "no memory");
		case ACTOR_EVENT:
			break;
		}
		came = is_awaited(cast, who, &heard.event, kind);
		error = take(cast, who, &heard);
	}
	return error;
}

static const char *hear(struct cast *cast, unsigned who)
{
	struct heard heard;

	for (;;) {
		const char *error;

		switch (actor_next(&cast->members[who].actor, &heard, 0)) {
		case ACTOR_SILENT:
			return NULL;
		case ACTOR_ENDED:
			return cast_see_end(cast, who);
		case ACTOR_FAILED:
			return cast_say(cast, "no memory");
		case ACTOR_EVENT:
			error = take(cast, who, &heard);
			if (error)
				return error;
		}
	}
}

static const char *program(const struct cast *cast, unsigned who)
{
	(void)cast;
	return names[actor_side(who)];
}

/* Starts the program: our options, the experiment's, what comes last. */
static const char *start(struct cast *cast, unsigned who,
	const char *const *first, const struct words *options,
	const char *const *last)
{
	/* Ours are few: a name, at most ten before and two behind. */
	char **arguments = calloc(options->count + 16, sizeof(*arguments));
	size_t count = 0;
	char *path = NULL;

	if (!arguments ||
		asprintf(&path, "%s/%s", cast->programs,
			names[actor_side(who)]) < 0) {
		free(arguments);
		return cast_say(cast, "no memory");
	}
	arguments[count++] = (char *)names[actor_side(who)];
	for (; *first; first++)
		arguments[count++] = (char *)*first;
	for (size_t i = 0; i < options->count; i++)
		arguments[count++] = options->list[i];
	for (; *last; last++)
		arguments[count++] = (char *)*last;
	int failed = actor_start(&cast->members[who].actor,
		&(struct actor_start){
			.program = path,
			.arguments = arguments,
			.directory = cast->scratch,
			.confinement = cast->confinement,
			.sigpipe_ignored = cast->experiment->sigpipe_ignored,
			.network = cast->networks[actor_side(who)],
		});
	int error = errno;

	free(path);
	free(arguments);
	return failed ? cast_say(cast, "cannot start %s: %s",
				names[actor_side(who)], strerror(error))
		      : NULL;
}

static const char *begin(
	struct cast *cast, unsigned who, const struct words *options)
{
	char port[8];

	/* No port stands in what they show: it is chosen anew each time. */
	if (setenv("GRACE_HIDE_PORTS", "yes", 1))
		return cast_say(cast, "no memory");
	snprintf(port, sizeof(port), "%u", cast->port);
	/* An option that is said twice is what was said last. */
	const char *acks =
		cast->company.between_calls ? ACKS_OPTION : EVENTS_OPTION;
	bool over_unix = cast->experiment->over_unix;
	const char *const server[] = { "--quiet", "--paused", "--delay=hold",
		EVENTS_OPTION, acks, "--listen",
		over_unix ? UNIX_SOCKET : cast->address, "--port",
		cast->port                      ? port
			: cast->private_network ? PRIVATE_PORT
						: "0",
		NULL };
	const char *const client[] = { "--quiet", "--paused", EVENTS_OPTION,
		acks, NULL };
	const char *const to[] = { over_unix ? UNIX_SOCKET : cast->host,
		over_unix ? NULL : port, NULL };

	return who == SERVER ? start(cast, who, server, options, &to[2])
			     : start(cast, who, client, options, to);
}

static const char *await_ready(
	struct cast *cast, unsigned who, int64_t deadline_ms)
{
	return await(cast, who, who == SERVER ? EVENT_LISTEN : EVENT_CONNECT,
		deadline_ms);
}

static const char *type(
	struct cast *cast, unsigned who, const char *line, int64_t deadline_ms)
{
	switch (actor_type(&cast->members[who].actor, line, deadline_ms)) {
	case ACTOR_TYPED:
		break;
	case ACTOR_GONE:
		/* Not seen until now: it ended by itself. */
		await(cast, who, EVENT_KILLED, deadline_ms);
		return cast_say(cast, "the %s %s", actor_name(who),
			cast_runs(cast, who) ? "takes no line" : "has ended");
	case ACTOR_BUSY:
		return cast_say(cast, "the %s takes no line", actor_name(who));
	}
	return await(cast, who, EVENT_DONE, deadline_ms);
}

static const char *await_accepted(
	struct cast *cast, unsigned who, int64_t deadline_ms)
{
	const char *error = await(cast, who, EVENT_ACCEPT, deadline_ms);

	/* A line that says nothing is done once --on-accept is. */
	if (!error && cast_runs(cast, who))
		error = type(cast, who, "", deadline_ms);
	return error;
}

static const char *read_once(
	struct cast *cast, unsigned who, int64_t deadline_ms)
{
	return type(cast, who, "read", deadline_ms);
}

/*
 * A line that says nothing is done before or after what else it does once it
 * has been woken; a second one is done after that.
 */
static const char *settle(struct cast *cast, unsigned who, int64_t deadline_ms)
{
	const char *error = NULL;

	for (int i = 0; i < 2 && !error && cast_runs(cast, who); i++)
		error = type(cast, who, "", deadline_ms);
	/* That it has ended by now is what there is to see. */
	return cast_runs(cast, who) ? error : NULL;
}

static const char *await_end(
	struct cast *cast, unsigned who, int64_t deadline_ms)
{
	return await(cast, who, EVENT_KILLED, deadline_ms);
}

const struct actor_kind kind_grace = {
	.name = "grace",
	.program = program,
	.begin = begin,
	.await_ready = await_ready,
	.await_accepted = await_accepted,
	.type = type,
	.read = read_once,
	.hear = hear,
	.settle = settle,
	.await_end = await_end,
};
