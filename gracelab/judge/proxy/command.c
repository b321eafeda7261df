/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
	OPTION_FRONT = 0x500,
	OPTION_BACK,
	OPTION_IDLE,
	OPTION_TIMEOUT,
	OPTION_JOBS,
	OPTION_STRICT,
};

static const struct argp_option entries[] = {
	{ "front", OPTION_FRONT, "HOST:PORT", 0,
		"A proxy that runs already and listens here, or at unix:PATH",
		1 },
	{ "back", OPTION_BACK, "PORT", 0,
		"... and connects to 127.0.0.1:PORT, or to unix:PATH, which is "
		"ours",
		1 },
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
	{ 0 },
};

struct command {
	struct place_options place;
	char *front; /* owned: HOST:PORT cut in two */
	struct tunnel tunnel;
	struct run_options run;
	struct inspect_options common;
};

static void parse_front(struct argp_state *state, const char *argument)
{
	struct command *command = state->input;
	char *colon;

	free(command->front);
	command->front = strdup(argument);
	command->place.front_host = command->front;
	command->place.front_port = 0;
	if (unix_wrong(argument))
		argp_error(state, "--front '%s': %s", argument,
			unix_wrong(argument));
	if (unix_is(argument))
		return;
	colon = command->front ? strrchr(command->front, ':') : NULL;
	if (!colon || colon == command->front ||
		!net_parse_port(colon + 1, &command->place.front_port) ||
		!command->place.front_port) {
		argp_error(state,
			"--front: expected HOST:PORT or unix:PATH, not '%s'",
			argument);
		return;
	}
	*colon = '\0';
	/* An IPv6 address stands in brackets. */
	if (*command->front == '[' && colon[-1] == ']') {
		colon[-1] = '\0';
		command->place.front_host++;
	}
}

static void check_running(struct argp_state *state)
{
	struct command *command = state->input;
	const char *why;

	if (path_is_other(&command->place.line))
		argp_error(state,
			"--delay, --loss and --cut need a COMMAND, whose "
			"network is ours");
	if (!command->front ||
		(!command->place.back_port && !command->place.back_unix))
		argp_error(state,
			"expected -- COMMAND..., or --front HOST:PORT and "
			"--back PORT (or unix:PATH)");
	if (command->place.back_unix && command->front &&
		!strcmp(command->front, command->place.back_unix))
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
	check_words(state);
	if (!command->place.command)
		check_running(state);
	else if (command->front || command->place.back_port ||
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
		return 0;
	case OPTION_FRONT:
		parse_front(state, argument);
		return 0;
	case OPTION_BACK:
		command->place.back_unix = unix_is(argument) ? argument : NULL;
		if (unix_wrong(argument))
			argp_error(state, "--back '%s': %s", argument,
				unix_wrong(argument));
		if (unix_is(argument))
			return 0;
		if (!net_parse_port(argument, &command->place.back_port) ||
			!command->place.back_port)
			argp_error(state,
				"--back: expected a number from 1 to 65535, "
				"not '%s'",
				argument);
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
	case ARGP_KEY_ARG:
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

/* The proxy's name, for the title, and what its line is like. */
static void name_proxy(const struct command *command, struct results *results)
{
	const struct place_options *place = &command->place;

	if (place->command)
		snprintf(results->title, sizeof(results->title), "proxy %s",
			place->command[0]);
	else if (!place->front_port)
		snprintf(results->title, sizeof(results->title), "proxy %s",
			place->front_host);
	else
		snprintf(results->title, sizeof(results->title), "proxy %s:%u",
			place->front_host, place->front_port);
	size_t used = strlen(results->title);

	used += (size_t)snprintf(results->title + used,
		sizeof(results->title) - used, "%s",
		secure_describe(&place->secure));
	if (used >= sizeof(results->title))
		return;
	path_describe(&place->line, results->title + used,
		sizeof(results->title) - used);
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

static void play(struct command *command, const sigset_t *outside,
	struct results *results)
{
	struct place place;
	struct run run;
	char *why = place_open(&place, &command->place, outside);

	/* Which port is the server's is known only now. */
	if (!why)
		why = add_preamble(command, &place);
	if (!why && !run_all(&run, &command->run, &place, results))
		why = strdup("out of memory");
	else if (!why)
		run_free(&run);
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

	if (!inspect_begin(&command->common, argc, argv, &results))
		return STATUS_USAGE;
	name_proxy(command, &results);
	inspect_catch(&outside);
	play(command, &outside, &results);
	return inspect_end(&command->common, &results);
}

static const struct argp_child children[] = {
	{ &inspect_argp, 0, NULL, 0 },
	{ &tunnel_argp, 0, NULL, 0 },
	{ &path_argp, 0, NULL, 0 },
	{ &secure_argp, 0, NULL, 0 },
	{ 0 },
};

const struct argp inspect_proxy_argp = {
	.options = entries,
	.parser = parse,
	.children = children,
	.args_doc = "-- COMMAND...\n--front HOST:PORT --back PORT\n"
		    "--front unix:PATH --back unix:PATH",
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
	free(command.front);
	tunnel_free(&command.tunnel);
	inspect_forget(&command.common);
	return status;
}
