/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "options.h"

#include <string.h>
#include <sys/socket.h>

#include "lib/net/net.h"

enum { OPTION_CONNECT_TIMEOUT = 0x200, OPTION_LOCAL_PORT };

static const struct argp_option entries[] = {
	{ NULL, '4', NULL, 0, "IPv4 only", 1 },
	{ NULL, '6', NULL, 0, "IPv6 only", 1 },
	{ "connect-timeout", OPTION_CONNECT_TIMEOUT, "DURATION", 0,
		"Give up connecting to an address after DURATION", 1 },
	{ "local-port", OPTION_LOCAL_PORT, "PORT", 0,
		"Connect from PORT, also with open", 1 },
	{ NULL, 'e', "LINE", 0,
		"Act on LINE instead of standard input; repeatable", 2 },
	{ "file", 'f', "FILE", 0,
		"Act on the lines of FILE instead of standard input", 2 },
	{ 0 },
};

static void add_line(
	struct argp_state *state, struct client_options *options, char *line)
{
	options->has_script = true;
	if (!lines_add(&options->script, line, strlen(line)) ||
		!lines_add(&options->script, "\n", 1))
		argp_failure(state, 1, 0, "no memory for -e");
}

static error_t parse_argument(
	struct argp_state *state, struct client_options *options, char *text)
{
	char *host = text, *port = NULL;
	uint16_t number;

	if (state->arg_num && unix_is(options->host))
		argp_error(state, "%s has no port: unexpected argument '%s'",
			options->host, text);
	else if (state->arg_num == 0 &&
		(unix_is(text) || !resolve_split(text, &host, &port)))
		options->host = text;
	else if (state->arg_num == 0)
		options->host = host;
	else if (state->arg_num == 1 && !options->port)
		port = text;
	else
		argp_error(state, "unexpected argument '%s'", text);
	if (port && (!net_parse_port(port, &number) || !number))
		argp_error(state,
			"PORT: expected a number from 1 to 65535, not '%s'",
			port);
	if (port)
		options->port = port;
	return 0;
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct client_options *options = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &options->common;
		return 0;
	case '4':
		options->family = AF_INET;
		return 0;
	case '6':
		options->family = AF_INET6;
		return 0;
	case OPTION_CONNECT_TIMEOUT:
		options->connect_timeout_ms =
			options_duration(state, "--connect-timeout", argument);
		return 0;
	case OPTION_LOCAL_PORT:
		if (!net_parse_port(argument, &options->local_port) ||
			!options->local_port)
			argp_error(state,
				"--local-port: expected a number from 1 to "
				"65535, not '%s'",
				argument);
		return 0;
	case 'e':
		add_line(state, options, argument);
		return 0;
	case 'f':
		options->script_path = argument;
		return 0;
	case ARGP_KEY_ARG:
		return parse_argument(state, options, argument);
	case ARGP_KEY_END:
		if (options->has_script && options->script_path)
			argp_error(state, "-e and -f exclude each other");
		if (unix_wrong(options->host))
			argp_error(state, "'%s': %s", options->host,
				unix_wrong(options->host));
		if (unix_is(options->host) &&
			(options->family || options->local_port))
			argp_error(state,
				"-4, -6 and --local-port are TCP's: %s has "
				"none of them",
				options->host);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

void client_options_parse(int argc, char **argv, struct client_options *options)
{
	static const struct argp_child children[] = {
		{ &options_common, 0, NULL, 0 },
		{ 0 },
	};
	static const struct argp argp = {
		.options = entries,
		.parser = parse,
		.args_doc = "[HOST [PORT]]\nHOST:PORT\nunix:PATH",
		.doc = "A TCP client for the end of a connection: lines are "
		       "sent, commands such as close and shutdown act on the "
		       "socket.\vHOST is 127.0.0.1 and PORT is 43211 if not "
		       "said. The command help lists the commands; the manual "
		       "is graceclient(1).",
		.children = children,
	};

	*options = (struct client_options){
		.host = "127.0.0.1",
		.family = AF_UNSPEC,
		.connect_timeout_ms = -1,
	};
	options_parse(&argp, argc, argv, options);
	if (!options->port)
		options->port = "43211";
}
