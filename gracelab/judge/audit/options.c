/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gracelab/judge/request.h"
#include "lib/base/io.h"
#include "lib/base/options.h"
#include "lib/net/net.h"
#include "lib/text/escape.h"

/* As many as share a pool with room to spare. */
#define JOBS_MAX 32

enum {
	OPTION_SEND = 0x400,
	OPTION_REQUEST,
	OPTION_HTTP,
	OPTION_PREAMBLE,
	OPTION_SOCKS5,
	OPTION_CONNECT,
	OPTION_EXPECT,
	OPTION_UNTIL,
	OPTION_STATUS,
	OPTION_TIMEOUT,
	OPTION_TRIES,
	OPTION_JOBS,
};

static const struct argp_option entries[] = {
	{ "send", OPTION_SEND, "TEXT", 0, "The request; C escapes hold in it",
		1 },
	{ "request", OPTION_REQUEST, "FILE", 0, "The request is in FILE", 1 },
	{ "http", OPTION_HTTP, "PATH", 0, "The request is GET PATH", 1 },
	{ "preamble", OPTION_PREAMBLE, "FILE", 0,
		"What comes before it: lines of send \"TEXT\", expect "
		"\"TEXT\", expect BYTES and expect line",
		1 },
	{ "socks5", OPTION_SOCKS5, "HOST:PORT", 0,
		"The server is a SOCKS5 proxy, and is to connect there", 1 },
	{ "connect", OPTION_CONNECT, "HOST:PORT", 0,
		"The server is an HTTP proxy, and is to CONNECT there", 1 },
	{ "expect", OPTION_EXPECT, "BYTES", 0, "The reply's length, if known",
		2 },
	{ "until", OPTION_UNTIL, "TEXT", 0,
		"The reply is whole with TEXT; C escapes hold in it", 2 },
	{ "status", OPTION_STATUS, "CODE", 0,
		"The reply's HTTP status (default: any that is no error)", 2 },
	{ "timeout", OPTION_TIMEOUT, "DURATION", 0,
		"How long nothing may happen (default 5s)", 2 },
	{ "tries", OPTION_TRIES, "N", 0, "Tries of fin-glued (default 8)", 2 },
	{ "jobs", OPTION_JOBS, "N", 0,
		"How many side by side, where the server serves so (default 8)",
		2 },
	{ 0 },
};

static void set_request(struct argp_state *state, char *request, size_t bytes)
{
	struct audit_command *command = state->input;

	if (command->request || command->http)
		argp_error(state,
			"--send, --request and --http exclude each other");
	command->request = request;
	command->audit.plan.request = request;
	command->audit.plan.request_bytes = bytes;
}

static void parse_until(struct argp_state *state, const char *argument)
{
	struct audit_command *command = state->input;
	struct reply_rule *rule = &command->audit.plan.rule;

	free(command->until);
	command->until = request_until(state, argument, &rule->until_bytes);
	rule->until = command->until;
}

static void parse_preamble(
	struct argp_state *state, int key, const char *argument)
{
	struct audit_command *command = state->input;
	struct preamble *preamble = &command->preamble;
	char error[PREAMBLE_ERROR_SIZE], *text;
	size_t bytes;
	bool good;

	if (preamble->count)
		argp_error(state,
			"--preamble, --socks5 and --connect exclude each "
			"other");
	if (key == OPTION_PREAMBLE) {
		text = request_read(state, argument, &bytes);
		good = preamble_parse(text, bytes, preamble, error);
		free(text);
		if (!good)
			argp_error(
				state, "--preamble: %s: %s", argument, error);
	} else {
		command->target = argument;
		good = key == OPTION_SOCKS5
			? preamble_socks5(argument, preamble)
			: preamble_connect(argument, preamble);
		if (!good)
			argp_error(state, "%s: expected HOST:PORT, not '%s'",
				key == OPTION_SOCKS5 ? "--socks5" : "--connect",
				argument);
	}
	command->audit.plan.preamble = preamble;
}

static void parse_place(struct argp_state *state, const char *argument)
{
	struct audit_command *command = state->input;
	uint16_t port;

	if (state->arg_num == 0) {
		command->host = argument;
		if (unix_wrong(argument))
			argp_error(state, "'%s': %s", argument,
				unix_wrong(argument));
		if (unix_is(argument))
			command->port = "";
	} else if (unix_is(command->host)) {
		argp_error(state, "%s has no port: unexpected argument '%s'",
			command->host, argument);
	} else if (state->arg_num == 1) {
		if (!net_parse_port(argument, &port) || !port)
			argp_error(state,
				"PORT: expected a number from 1 to 65535, not "
				"'%s'",
				argument);
		command->port = argument;
	} else {
		argp_error(state, "unexpected argument '%s'", argument);
	}
}

/* The probes that need TLS are not asked without. */
static void check_tls(struct argp_state *state)
{
	static const enum audit_id of_tls[] = { AUDIT_NOTIFY_ALONE,
		AUDIT_FIN_ALONE, AUDIT_TLS_END };
	struct audit_command *command = state->input;

	/* Behind a UNIX socket there is no other name to be expected. */
	command->tls.wish.name =
		unix_is(command->host) ? "localhost" : command->host;
	for (size_t i = 0; i < sizeof(of_tls) / sizeof(*of_tls); i++) {
		bool *chosen = &command->audit.chosen[of_tls[i]];

		if (command->tls.on)
			continue;
		if (*chosen && command->common.only)
			argp_error(state, "--only: %s needs --tls",
				audit_probes()[of_tls[i]].name);
		*chosen = false;
	}
}

static void check_whole(struct argp_state *state)
{
	struct audit_command *command = state->input;
	struct exchange_plan *plan = &command->audit.plan;

	if (command->common.list)
		return;
	if (!command->port)
		argp_error(state, "expected HOST and PORT, or unix:PATH");
	check_tls(state);
	if (command->http)
		command->request = request_get(command->http, command->target,
			command->host, command->port,
			command->tls.on ? "443" : "80");
	if (command->request && command->http) {
		plan->request = command->request;
		plan->request_bytes = strlen(command->request);
	}
	if (!plan->request_bytes)
		argp_error(state, "expected --send, --request or --http");
	plan->rule.head =
		plan->request_bytes > 5 && !memcmp(plan->request, "HEAD ", 5);
}

static void parse_numbers(
	struct argp_state *state, int key, const char *argument)
{
	struct audit_command *command = state->input;
	struct audit_options *audit = &command->audit;

	switch (key) {
	case OPTION_EXPECT:
		audit->plan.rule.expect_bytes =
			options_count(state, "--expect", argument);
		break;
	case OPTION_STATUS:
		audit->status = (int)options_count(state, "--status", argument);
		if (audit->status < 200 || audit->status > 599)
			argp_error(state,
				"--status: expected 200 to 599, not '%s'",
				argument);
		break;
	case OPTION_TIMEOUT:
		audit->timeout_ms =
			options_duration(state, "--timeout", argument);
		audit->timeout_said = true;
		if (!audit->timeout_ms)
			argp_error(state, "--timeout: expected more than 0");
		break;
	case OPTION_TRIES:
		audit->tries = options_count(state, "--tries", argument);
		break;
	case OPTION_JOBS:
		audit->jobs = options_count(state, "--jobs", argument);
		if (audit->jobs > JOBS_MAX)
			argp_error(state, "--jobs: expected 1 to %d, not '%s'",
				JOBS_MAX, argument);
		break;
	}
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct audit_command *command = state->input;
	size_t bytes;
	char *text;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &command->common;
		state->child_inputs[1] = &command->tls;
		return 0;
	case OPTION_SEND:
		text = request_resolve(state, "--send", argument, &bytes);
		set_request(state, text, bytes);
		return 0;
	case OPTION_REQUEST:
		text = request_read(state, argument, &bytes);
		set_request(state, text, bytes);
		return 0;
	case OPTION_HTTP:
		if (command->request)
			argp_error(state,
				"--send, --request and --http exclude each "
				"other");
		command->http = argument;
		return 0;
	case OPTION_PREAMBLE:
	case OPTION_SOCKS5:
	case OPTION_CONNECT:
		parse_preamble(state, key, argument);
		return 0;
	case OPTION_UNTIL:
		parse_until(state, argument);
		return 0;
	case OPTION_EXPECT:
	case OPTION_STATUS:
	case OPTION_TIMEOUT:
	case OPTION_TRIES:
	case OPTION_JOBS:
		parse_numbers(state, key, argument);
		return 0;
	case ARGP_KEY_ARG:
		parse_place(state, argument);
		return 0;
	case ARGP_KEY_END:
		check_whole(state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = {
	{ &inspect_argp, 0, NULL, 0 },
	{ &tls_client_argp, 0, NULL, 0 },
	{ 0 },
};

const struct argp inspect_audit_argp = {
	.options = entries,
	.parser = parse,
	.args_doc = "HOST PORT\nunix:PATH",
	.children = children,
	.doc = "Does a server keep a half-closed connection until its "
	       "reply is sent?\vExit status: 0 it does, proved; 1 it "
	       "does not; 3 no baseline, or not proved; 2 usage.",
};

void audit_command_parse(struct audit_command *command, int argc, char **argv)
{
	*command = (struct audit_command){
		.audit = { .timeout_ms = 5000, .tries = 8, .jobs = 8 },
	};
	command->common = (struct inspect_options){
		.command = "audit",
		.items = audit_probes(),
		.count = AUDIT_PROBES,
		.chosen = command->audit.chosen,
		.is_verdict = verdict_is_bad_name,
	};
	inspect_choose_all(&command->common);
	options_parse(&inspect_audit_argp, argc, argv, command);
}

void audit_command_free(struct audit_command *command)
{
	preamble_free(&command->preamble);
	free(command->request);
	free(command->until);
	inspect_forget(&command->common);
}
