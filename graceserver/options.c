/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "options.h"

#include <stdlib.h>
#include <string.h>

#include "lib/typed/parse.h"

enum {
	OPTION_GREETING = 0x200,
	OPTION_ON_ACCEPT,
	OPTION_ON_EOF,
	OPTION_ONCE,
	OPTION_ACCEPT,
	OPTION_DEFER_ACCEPT,
	OPTION_MAX_CONNECTIONS,
	OPTION_IDLE_TIMEOUT,
	OPTION_NO_REUSEADDR,
};

static const struct argp_option entries[] = {
	{ "listen", 'l', "ADDR", 0,
		"Listen on ADDR (default 127.0.0.1: nobody outside this "
		"machine gets in), or unix:PATH, a UNIX socket for this user",
		1 },
	{ "port", 'p', "PORT", 0,
		"Listen on PORT (default 43211); 0 lets the kernel choose", 1 },
	{ "delay", 'd', "DURATION", 0,
		"Time between reading a message and answering it (default 5s); "
		"hold: answer when reply is typed; never: do not answer",
		1 },
	{ "greeting", OPTION_GREETING, "TEXT", 0,
		"What an answer begins with (default `Hi, ')", 1 },
	{ "on-accept", OPTION_ON_ACCEPT, "COMMAND", 0,
		"Act so on each new connection; repeatable", 2 },
	{ "on-eof", OPTION_ON_EOF, "COMMAND", 0,
		"Act so at EOF, after the answers still due (default close; "
		"none does nothing); repeatable",
		2 },
	{ "accept", OPTION_ACCEPT, "WHEN", 0,
		"now (the default), or hold: accept(2) when accept is typed",
		3 },
	{ "defer-accept", OPTION_DEFER_ACCEPT, "DURATION", 0,
		"TCP_DEFER_ACCEPT: show no connection to accept(2) before it "
		"has sent something; whole seconds",
		3 },
	{ "once", OPTION_ONCE, NULL, 0,
		"Serve one connection and exit with how it ended", 3 },
	{ "max-connections", OPTION_MAX_CONNECTIONS, "N", 0,
		"Accept no more than N at a time", 3 },
	{ "idle-timeout", OPTION_IDLE_TIMEOUT, "DURATION", 0,
		"Close a connection on which nothing has happened for DURATION",
		3 },
	{ "no-reuseaddr", OPTION_NO_REUSEADDR, NULL, 0,
		"Do not set SO_REUSEADDR", 3 },
	{ 0 },
};

/* Adds a command; its texts point into `argument`, which lives on. */
static void add_reaction(struct argp_state *state, const char *option,
	struct reaction *reaction, char *argument)
{
	char error[PARSE_ERROR_SIZE];
	struct command command;
	enum parse_result result = parse_command(
		SERVER, argument, strlen(argument), &command, error);

	if (result == PARSE_ERROR) {
		argp_error(state, "%s: %s", option, error);
		return;
	}
	if (result == PARSE_EMPTY) {
		argp_error(state, "%s: expected a command", option);
		return;
	}
	if (!command.spec->on_connection) {
		argp_error(state,
			"%s: %s cannot stand here: it does not act at once on "
			"one connection",
			option, command.spec->name);
		return;
	}
	struct command *commands = reallocarray(
		reaction->commands, reaction->count + 1, sizeof(*commands));

	if (!commands) {
		argp_failure(state, 1, 0, "no memory for %s", option);
		return;
	}
	commands[reaction->count++] = command;
	reaction->commands = commands;
}

static void parse_delay(struct argp_state *state,
	struct server_options *options, const char *argument)
{
	if (!strcmp(argument, "hold")) {
		options->answering = ANSWER_WHEN_TOLD;
	} else if (!strcmp(argument, "never")) {
		options->answering = ANSWER_NEVER;
	} else {
		options->answering = ANSWER_AFTER_DELAY;
		options->delay_ms =
			options_duration(state, "--delay", argument);
	}
}

static bool parse_accept(struct argp_state *state, const char *argument)
{
	bool by_hand = !strcmp(argument, "hold");

	if (!by_hand && strcmp(argument, "now") != 0)
		argp_error(state, "--accept: expected now or hold, not '%s'",
			argument);
	return by_hand;
}

static int parse_defer(struct argp_state *state, const char *argument)
{
	static const char option[] = "--defer-accept";
	int64_t duration_ms = options_duration(state, option, argument);

	if (duration_ms % 1000 || !duration_ms ||
		duration_ms / 1000 > INT32_MAX)
		argp_error(state, "%s: expected whole seconds from 1, not '%s'",
			option, argument);
	return (int)(duration_ms / 1000);
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct server_options *options = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &options->common;
		return 0;
	case 'l':
		options->listen.host = argument;
		return 0;
	case 'p':
		if (!net_parse_port(argument, &options->listen.port))
			argp_error(state,
				"--port: expected a number from 0 to 65535, "
				"not '%s'",
				argument);
		return 0;
	case 'd':
		parse_delay(state, options, argument);
		return 0;
	case OPTION_GREETING:
		options->greeting = argument;
		options->greeting_bytes = strlen(argument);
		return 0;
	case OPTION_ON_ACCEPT:
		if (strcmp(argument, "none") != 0)
			add_reaction(state, "--on-accept", &options->on_accept,
				argument);
		return 0;
	case OPTION_ON_EOF:
		options->default_on_eof = false;
		if (strcmp(argument, "none") != 0)
			add_reaction(
				state, "--on-eof", &options->on_eof, argument);
		return 0;
	case OPTION_ACCEPT:
		options->accept_by_hand = parse_accept(state, argument);
		return 0;
	case OPTION_DEFER_ACCEPT:
		options->listen.defer_accept_s = parse_defer(state, argument);
		return 0;
	case OPTION_ONCE:
		options->once = true;
		return 0;
	case OPTION_MAX_CONNECTIONS:
		options->max_connections =
			options_count(state, "--max-connections", argument);
		return 0;
	case OPTION_IDLE_TIMEOUT:
		options->idle_timeout_ms =
			options_duration(state, "--idle-timeout", argument);
		return 0;
	case OPTION_NO_REUSEADDR:
		options->listen.reuseaddr = false;
		return 0;
	case ARGP_KEY_ARG:
		argp_error(state, "unexpected argument '%s'", argument);
		return 0;
	case ARGP_KEY_END:
		if (unix_wrong(options->listen.host))
			argp_error(state, "--listen '%s': %s",
				options->listen.host,
				unix_wrong(options->listen.host));
		if (unix_is(options->listen.host) &&
			options->listen.defer_accept_s)
			argp_error(state,
				"--defer-accept is TCP's: %s cannot have it",
				options->listen.host);
		if (options->default_on_eof)
			add_reaction(state, "--on-eof", &options->on_eof,
				options->close_command);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

void server_options_parse(int argc, char **argv, struct server_options *options)
{
	static const struct argp_child children[] = {
		{ &options_common, 0, NULL, 0 },
		{ 0 },
	};
	static const struct argp argp = {
		.options = entries,
		.parser = parse,
		.doc = "A delayed echo server for the end of a TCP "
		       "connection.\vA DURATION is 5s, 200ms, 1.5s or 2m; a "
		       "bare number is seconds. Commands are read from "
		       "standard input too: help lists them. The manual is "
		       "graceserver(1).",
		.children = children,
	};

	*options = (struct server_options){
		.listen = { .host = "127.0.0.1",
			.port = 43211,
			.reuseaddr = true },
		.answering = ANSWER_AFTER_DELAY,
		.delay_ms = 5000,
		.greeting = "Hi, ",
		.greeting_bytes = strlen("Hi, "),
		.default_on_eof = true,
		.close_command = "close",
		.idle_timeout_ms = -1,
	};
	options_parse(&argp, argc, argv, options);
}

void server_options_free(struct server_options *options)
{
	free(options->on_accept.commands);
	free(options->on_eof.commands);
}
