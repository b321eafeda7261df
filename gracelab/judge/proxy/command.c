/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gracelab/judge/halves/far.h"
#include "gracelab/judge/halves/near.h"
#include "gracelab/judge/halves/where.h"
#include "gracelab/judge/inspect.h"
#include "lib/base/options.h"
#include "lib/base/status.h"
#include "lib/net/net.h"
#include "path.h"
#include "place.h"
#include "run.h"
#include "tunnel.h"

/* The proxy did not start. */
#define STATUS_NO_PROXY 3

/* As many as the checks have at one time. */
#define JOBS 32

enum {
	OPTION_IDLE = 0x500,
	OPTION_TIMEOUT,
	OPTION_JOBS,
	OPTION_STRICT,
	OPTION_NO_CALLS,
};

static const struct argp_option entries[] = {
	{ "idle", OPTION_IDLE, "DURATION", 0,
		"How long to leave a half-closed connection idle (default 5s)",
		2 },
	{ "timeout", OPTION_TIMEOUT, "DURATION", 0,
		"How long nothing may happen (default 5s)", 2 },
	{ "jobs", OPTION_JOBS, "N", 0,
		"Play up to N tries side by side, if the proxy serves them so "
		"(default 32)",
		2 },
	{ "strict", OPTION_STRICT, NULL, 0,
		"Judge what else is only reported: sockets that are kept, RST "
		"that becomes FIN",
		2 },
	{ "no-calls", OPTION_NO_CALLS, NULL, 0,
		"Do not look at what COMMAND itself calls", 2 },
	{ 0 },
};

struct command {
	struct place_options place;
	struct where where;
	struct tunnel tunnel;
	struct run_options run;
	struct inspect_options common;
};

/* What was said of where goes to the place. */
static void take_where(struct command *command)
{
	const struct where *where = &command->where;

	command->place.front_host = where->front_host;
	command->place.front_port = where->front_port;
	command->place.back_host = where->back_host;
	command->place.back_port = where->back_port;
	command->place.back_unix = where->back_unix;
}

static void check_running(struct argp_state *state)
{
	struct command *command = state->input;
	const char *why;

	if (path_is_other(&command->place.line))
		argp_error(state,
			"--delay, --loss and --cut need a COMMAND, whose "
			"network is ours");
	if (command->where.half == WHERE_SERVER) {
		if (!command->place.back_port)
			argp_error(
				state, "--half=server: expected --back PORT");
		return;
	}
	if (command->where.half == WHERE_CLIENT) {
		if (!command->where.front || !command->where.other)
			argp_error(state,
				"--half=client: expected HOST:PORT of the "
				"other half, and --front HOST:PORT");
	} else if (!command->where.front ||
		(!command->place.back_port && !command->place.back_unix))
		argp_error(state,
			"expected -- COMMAND..., or --front HOST:PORT and "
			"--back PORT (or unix:PATH)");
	if (command->place.back_unix && command->where.front &&
		!strcmp(command->where.front, command->place.back_unix))
		argp_error(state,
			"--front and --back are the same, %s: where the proxy "
			"listens, and where we do",
			command->place.back_unix);
	if (command->place.front_port &&
		command->place.front_port == command->place.back_port)
		argp_error(state,
			"--front and --back have the same port, %u: where the "
			"proxy listens, and where we do",
			command->place.back_port);
	why = place_resolve(&command->place);
	if (why)
		argp_error(state, "--front: cannot resolve '%s': %s",
			command->place.front_host, why);
}

/* What the words of a COMMAND cannot ask for together. */
static void check_words(struct argp_state *state)
{
	const struct command *command = state->input;
	const struct place_options *place = &command->place;
	bool front = place_uses(place, "{listen_unix}");
	bool back = place_uses(place, "{backend_unix}");

	if ((front && place_uses(place, "{listen}")) ||
		(back &&
			(place_uses(place, "{backend}") ||
				place_uses(place, "{backend_port}"))))
		argp_error(state,
			"COMMAND: a side is a port or a UNIX socket, not both");
	if ((front || back) && path_is_other(&place->line))
		argp_error(state,
			"--delay, --loss and --cut are of a network: a UNIX "
			"socket has none");
}

static void check_whole(struct argp_state *state)
{
	const struct command *command = state->input;

	if (command->common.list)
		return;
	take_where(state->input);
	check_words(state);
	if (!command->place.command)
		check_running(state);
	else if (command->where.front || command->place.back_port ||
		command->place.back_unix)
		argp_error(state,
			"a COMMAND, and --front with --back, exclude each "
			"other");
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct command *command = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &command->common;
		state->child_inputs[1] = &command->tunnel;
		state->child_inputs[2] = &command->place.line;
		state->child_inputs[3] = &command->place.secure;
		state->child_inputs[4] = &command->where;
		return 0;
	case OPTION_IDLE:
		command->run.idle_ms =
			options_duration(state, "--idle", argument);
		return 0;
	case OPTION_TIMEOUT:
		command->run.patience_ms =
			options_duration(state, "--timeout", argument);
		return 0;
	case OPTION_JOBS:
		command->run.jobs = options_count(state, "--jobs", argument);
		return 0;
	case OPTION_STRICT:
		command->run.strict = true;
		return 0;
	case OPTION_NO_CALLS:
		command->place.no_calls = true;
		return 0;
	case ARGP_KEY_ARG:
		if (command->where.half == WHERE_CLIENT) {
			command->where.other = argument;
			return 0;
		}
		/* All that follows is the command, its options too. */
		command->place.command = &state->argv[state->next - 1];
		state->next = state->argc;
		return 0;
	case ARGP_KEY_END:
		check_whole(state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* Has each client say first what was asked for; NULL, or why not. */
static char *add_preamble(struct command *command, struct place *place)
{
	struct subject_ports ports = place->ports;
	char error[PREAMBLE_ERROR_SIZE];

	if (command->tunnel.kind == TUNNEL_NONE)
		return NULL;
	ports.listen = place->where.front_port;
	ports.backend = place->where.ports[RELAY_THROUGH];
	if (!tunnel_make(&command->tunnel, &ports, error))
		return strdup(error);
	place->where.preamble = &command->tunnel.preamble;
	return NULL;
}

/* Has the far half take what arrives there; NULL, or why not. */
static char *join(
	const struct command *command, struct place *place, struct near *near)
{
	struct sockaddr_in direct = { 0 };
	char *why = near_join(near, command->where.other,
		place->where.ports[RELAY_THROUGH],
		place->where.ports[RELAY_DIRECT], &direct);

	memcpy(&place->where.direct, &direct, sizeof(direct));
	place->where.direct_bytes = sizeof(direct);
	place->near = near;
	return why;
}

static void play(struct command *command, const sigset_t *outside,
	struct results *results)
{
	struct place place;
	struct run run;
	struct near near = { 0 };
	char *why = place_open(&place, &command->place, outside);

	if (!why && command->where.half == WHERE_CLIENT)
		why = join(command, &place, &near);
	/* Which port is the server's is known only now. */
	if (!why)
		why = add_preamble(command, &place);
	if (!why && !run_all(&run, &command->run, &place, results))
		why = strdup("out of memory");
	else if (!why)
		run_free(&run);
	if (!why && near_is_lost(&near))
		why = strdup("the other half was lost meanwhile");
	near_leave(&near);
	if (why) {
		fprintf(stderr, "gracelab: proxy: %s\n", why);
		results->status = STATUS_NO_PROXY;
		results->overall = "NO-VERDICT";
		snprintf(results->proof, sizeof(results->proof), "%s", why);
	}
	free(why);
	place_close(&place);
}

static int run(struct command *command, int argc, char **argv)
{
	struct results results;
	sigset_t outside;

	if (command->where.half == WHERE_SERVER)
		return far_serve(command->where.at, command->where.back_host,
			command->where.back_port);
	if (!inspect_begin(&command->common, argc, argv, &results))
		return STATUS_USAGE;
	place_name(&command->place, results.title, sizeof(results.title));
	inspect_catch(&outside);
	play(command, &outside, &results);
	return inspect_end(&command->common, &results);
}

static const struct argp_child children[] = {
	{ &inspect_argp, 0, NULL, 0 },
	{ &tunnel_argp, 0, NULL, 0 },
	{ &path_argp, 0, NULL, 0 },
	{ &secure_argp, 0, NULL, 0 },
	{ &where_argp, 0, NULL, 0 },
	{ 0 },
};

const struct argp inspect_proxy_argp = {
	.options = entries,
	.parser = parse,
	.children = children,
	.args_doc = "-- COMMAND...\n--front HOST:PORT --back PORT\n"
		    "--front unix:PATH --back unix:PATH\n"
		    "--half=server --back ADDR:PORT [--at ADDR:PORT]\n"
		    "--half=client --front HOST:PORT HOST:PORT",
	.doc = "Does a proxy keep half-closed connections?\vIn COMMAND, "
	       "{listen} is the port to listen on and {backend} the HOST:PORT "
	       "to connect to; {host} and {backend_port} are its parts; "
	       "{listen_unix} and {backend_unix} are paths of UNIX sockets in "
	       "their places. Exit "
	       "status: 0 it does; 1 it does not; 3 there is no plain "
	       "connection, a control fails, or the proxy did not start; 2 "
	       "usage.",
};

static bool is_bad_verdict(const char *word)
{
	return !strcmp(word, "FAIL");
}

int inspect_proxy(int argc, char **argv)
{
	struct command command = {
		.run = { .patience_ms = 5000, .idle_ms = 5000, .jobs = JOBS },
	};
	int status = STATUS_ORDER;

	command.common = (struct inspect_options){
		.command = "proxy",
		.items = checks_items,
		.count = CHECKS,
		.chosen = command.run.chosen,
		.is_verdict = is_bad_verdict,
	};
	inspect_choose_all(&command.common);
	options_parse(&inspect_proxy_argp, argc, argv, &command);
	if (command.common.list)
		inspect_list(&command.common);
	else
		status = run(&command, argc, argv);
	where_free(&command.where);
	tunnel_free(&command.tunnel);
	inspect_forget(&command.common);
	return status;
}
