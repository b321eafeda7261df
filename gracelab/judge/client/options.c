/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "options.h"

#include <stdlib.h>
#include <string.h>

#include "gracelab/judge/request.h"
#include "gracelab/judge/tls/options.h"
#include "lib/base/options.h"
#include "seen.h"

/* As many as one loop waits for with room to spare. */
#define JOBS_MAX  32
#define TRIES_MAX 99

enum {
	OPTION_REPLY = 0x700,
	OPTION_GREETING,
	OPTION_INPUT,
	OPTION_HTTP,
	OPTION_FRAMED,
	OPTION_EXPECT,
	OPTION_UNTIL,
	OPTION_TIMEOUT,
	OPTION_TRIES,
	OPTION_JOBS,
	OPTION_TLS,
};

static const struct argp_option entries[] = {
	{ "reply", OPTION_REPLY, "TEXT", 0,
		"What it is answered, or @FILE; C escapes hold in TEXT", 1 },
	{ "greeting", OPTION_GREETING, "TEXT", 0,
		"What it is told as soon as it connects, or @FILE", 1 },
	{ "input", OPTION_INPUT, "FILE", 0,
		"What stands at its standard input (default: a line)", 1 },
	{ "http", OPTION_HTTP, NULL, 0,
		"Answer as an HTTP server (default: whoever asks so)", 1 },
	{ "framed", OPTION_FRAMED, NULL, 0,
		"The reply tells how long it is, so that a cut one is to be "
		"noticed",
		1 },
	{ "expect", OPTION_EXPECT, "BYTES", 0,
		"The length of its request, if known", 2 },
	{ "until", OPTION_UNTIL, "TEXT", 0,
		"Its request is whole with TEXT; C escapes hold in it", 2 },
	{ "timeout", OPTION_TIMEOUT, "DURATION", 0,
		"How long nothing may happen (default 5s)", 2 },
	{ "tries", OPTION_TRIES, "N", 0, "Tries of each probe (default 3)", 2 },
	{ "jobs", OPTION_JOBS, "N", 0, "How many run side by side (default 8)",
		2 },
	{ "tls", OPTION_TLS, "1.2|1.3", OPTION_ARG_OPTIONAL,
		"Our server speaks TLS, of this version or the latest that "
		"both know; {ca} verifies it",
		2 },
	{ 0 },
};

static const char default_input[] = "a request of gracelab\n";
static const char default_reply[] =
	"a reply of gracelab, whole with the last of its two lines\n"
	"the last line of a reply of gracelab, which now is whole\n";

/* TEXT with its escapes resolved, or what @FILE has; for free(3). */
static char *read_text(struct argp_state *state, const char *option,
	const char *argument, size_t *bytes)
{
	return *argument == '@'
		? request_read(state, argument + 1, bytes)
		: request_resolve(state, option, argument, bytes);
}

static void parse_until(struct argp_state *state, const char *argument)
{
	struct client_command *command = state->input;
	struct reply_rule *rule = &command->setting.rule;

	free(command->until);
	command->until = request_until(state, argument, &rule->until_bytes);
	rule->until = command->until;
}

static unsigned parse_count(struct argp_state *state, const char *option,
	const char *argument, unsigned most)
{
	unsigned count = options_count(state, option, argument);

	if (count > most)
		argp_error(state, "%s: expected 1 to %u, not '%s'", option,
			most, argument);
	return count;
}

static void parse_reply(struct argp_state *state, const char *argument)
{
	struct client_command *command = state->input;
	struct client_setting *setting = &command->setting;

	free(command->reply);
	command->reply =
		read_text(state, "--reply", argument, &setting->reply_bytes);
	setting->reply = command->reply;
	if (setting->reply_bytes < 2)
		argp_error(state,
			"--reply: expected 2 bytes at least: what is shorter "
			"cannot be cut");
	setting->verbatim = setting->reply && setting->reply_bytes > 7 &&
		!memcmp(setting->reply, "HTTP/1.", 7);
}

static void parse_texts(struct argp_state *state, int key, char *argument)
{
	struct client_command *command = state->input;
	struct client_setting *setting = &command->setting;

	switch (key) {
	case OPTION_REPLY:
		parse_reply(state, argument);
		break;
	case OPTION_GREETING:
		free(command->greeting);
		command->greeting = read_text(state, "--greeting", argument,
			&setting->greeting_bytes);
		setting->greeting = command->greeting;
		break;
	case OPTION_INPUT:
		free(command->input);
		command->input =
			request_read(state, argument, &setting->input_bytes);
		setting->input = command->input;
		break;
	}
}

static bool has(char **words, const char *name)
{
	for (; words && *words; words++)
		if (strstr(*words, name))
			return true;
	return false;
}

/* What the command does not need TLS for, or cannot do without. */
static void check_probes(struct argp_state *state)
{
	const struct client_command *command = state->input;

	for (int id = 0; id < CLIENT_PROBES; id++)
		if (command->common.only && command->chosen[id] &&
			client_probe_is_tls((enum client_probe)id) &&
			!command->setting.tls)
			argp_error(state, "%s needs --tls",
				client_probes[id].name);
}

static void check_whole(struct argp_state *state)
{
	struct client_command *command = state->input;
	char **words = command->setting.command;

	if (command->common.list)
		return;
	if (!words)
		argp_error(state, "expected -- COMMAND...");
	command->setting.is_unix =
		has(words, "{unix}") || has(words, "{backend_unix}");
	if (command->setting.is_unix && has(words, "{port}"))
		argp_error(state,
			"COMMAND connects to a port or a UNIX socket, not "
			"both: {port} and {unix}");
	if (!command->setting.is_unix && !has(words, "{port}"))
		argp_error(state,
			"COMMAND has no {port} and no {unix}: where is it to "
			"connect to?");
	command->setting.repeats = !command->reply && !command->setting.framed;
	command->setting.told_ca = has(words, "{ca}");
	if (!command->setting.tls && command->setting.told_ca)
		argp_error(state, "{ca} needs --tls");
	check_probes(state);
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct client_command *command = state->input;
	struct client_setting *setting = &command->setting;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &command->common;
		return 0;
	case OPTION_REPLY:
	case OPTION_GREETING:
	case OPTION_INPUT:
		parse_texts(state, key, argument);
		return 0;
	case OPTION_HTTP:
		setting->http = true;
		return 0;
	case OPTION_FRAMED:
		setting->framed = true;
		return 0;
	case OPTION_EXPECT:
		setting->rule.expect_bytes =
			options_count(state, "--expect", argument);
		return 0;
	case OPTION_UNTIL:
		parse_until(state, argument);
		return 0;
	case OPTION_TIMEOUT:
		setting->patience_ms =
			options_duration(state, "--timeout", argument);
		if (!setting->patience_ms)
			argp_error(state, "--timeout: expected more than 0");
		return 0;
	case OPTION_TRIES:
		command->tries =
			parse_count(state, "--tries", argument, TRIES_MAX);
		return 0;
	case OPTION_JOBS:
		setting->jobs =
			parse_count(state, "--jobs", argument, JOBS_MAX);
		return 0;
	case OPTION_TLS:
		setting->tls = true;
		setting->version = tls_parse_version(state, "--tls", argument);
		return 0;
	case ARGP_KEY_ARG:
		/* All that follows is the command, its options too. */
		setting->command = &state->argv[state->next - 1];
		state->next = state->argc;
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
	{ 0 },
};

const struct argp inspect_client_argp = {
	.options = entries,
	.parser = parse,
	.children = children,
	.args_doc = "-- COMMAND...",
	.doc = "How does a client end, and does it lose a reply? grace is its "
	       "server.\vIn COMMAND, {host} and {port} are where it is to "
	       "connect to, or {unix} is the path of a UNIX socket; {ca}, with "
	       "--tls, is the file of the certificate that vouches for {host} "
	       "and localhost. Its standard input is a pipe with --input in "
	       "it, "
	       "which is closed behind that or, where it matters, held open. "
	       "Exit status: 0 it does well; 1 it does not; 3 it makes no "
	       "plain connection, or nothing was proved; 2 usage.",
};

static bool is_verdict(const char *word)
{
	for (int seen = 0; seen < SEEN_WORDS; seen++)
		if (!strcmp(seen_name((enum seen_word)seen), word))
			return true;
	return false;
}

void client_command_parse(struct client_command *command, int argc, char **argv)
{
	*command = (struct client_command){
		.setting = { .input = default_input,
			.input_bytes = sizeof(default_input) - 1,
			.reply = default_reply,
			.reply_bytes = sizeof(default_reply) - 1,
			.patience_ms = 5000,
			.jobs = 8 },
		.tries = 3,
	};
	command->common = (struct inspect_options){
		.command = "client",
		.items = client_probes,
		.count = CLIENT_PROBES,
		.chosen = command->chosen,
		.is_verdict = is_verdict,
	};
	inspect_choose_all(&command->common);
	options_parse(&inspect_client_argp, argc, argv, command);
}

void client_command_free(struct client_command *command)
{
	free(command->input);
	free(command->reply);
	free(command->greeting);
	free(command->until);
	inspect_forget(&command->common);
}
