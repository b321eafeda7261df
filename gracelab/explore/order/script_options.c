/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The head lines `server OPTIONS` and `client OPTIONS`, for an explorer. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/duration.h"
#include "script.h"

enum {
	OPTION_NONE = 0x100, /* of no consequence for an order */
	OPTION_GREETING,
	OPTION_ON_ACCEPT,
	OPTION_ON_EOF,
	OPTION_ONCE,
	OPTION_SIGPIPE,
	OPTION_REFUSED,
};

static const struct option server_options[] = {
	{ "listen", required_argument, NULL, 'l' },
	{ "port", required_argument, NULL, 'p' },
	{ "delay", required_argument, NULL, 'd' },
	{ "greeting", required_argument, NULL, OPTION_GREETING },
	{ "on-accept", required_argument, NULL, OPTION_ON_ACCEPT },
	{ "on-eof", required_argument, NULL, OPTION_ON_EOF },
	{ "once", no_argument, NULL, OPTION_ONCE },
	{ "accept", required_argument, NULL, OPTION_REFUSED },
	{ "defer-accept", required_argument, NULL, OPTION_REFUSED },
	{ "idle-timeout", required_argument, NULL, OPTION_REFUSED },
	{ "max-connections", required_argument, NULL, OPTION_NONE },
	{ "no-reuseaddr", no_argument, NULL, OPTION_NONE },
	{ "events", required_argument, NULL, OPTION_NONE },
	{ "quiet", no_argument, NULL, OPTION_NONE },
	{ "paused", no_argument, NULL, OPTION_NONE },
	{ "sigpipe", required_argument, NULL, OPTION_SIGPIPE },
	{ 0 },
};

static const struct option client_options[] = {
	{ "connect-timeout", required_argument, NULL, OPTION_NONE },
	{ "local-port", required_argument, NULL, OPTION_NONE },
	{ "events", required_argument, NULL, OPTION_NONE },
	{ "quiet", no_argument, NULL, OPTION_NONE },
	{ "paused", no_argument, NULL, OPTION_NONE },
	{ "sigpipe", required_argument, NULL, OPTION_SIGPIPE },
	{ 0 },
};

static bool fail(const struct script *script, enum side side, const char *what,
	const char *why, char **error)
{
	if (asprintf(error, "%s: cannot be explored: %s %s: %s",
		    script->experiment->path, side_name(side), what, why) < 0)
		*error = NULL;
	return false;
}

/* Adds a command of --on-accept or --on-eof. */
static bool add_command(struct script *script, struct script_commands *commands,
	const char *option, const char *text, char **error)
{
	char why[PARSE_ERROR_SIZE];
	struct command command;

	if (!strcmp(text, "none"))
		return true;
	switch (script_parse(script, SERVER, text, &command, why)) {
	case PARSE_ERROR:
		return fail(script, SERVER, option, why, error);
	case PARSE_EMPTY:
		return fail(
			script, SERVER, option, "expected a command", error);
	case PARSE_DONE:
		break;
	}
	if (!command.spec->on_connection)
		return fail(script, SERVER, option,
			"the command does not act at once on one connection",
			error);
	struct command *list = reallocarray(
		commands->list, commands->count + 1, sizeof(*list));

	if (!list)
		return fail(script, SERVER, option, "no memory", error);
	commands->list = list;
	list[commands->count++] = command;
	script->needs_files |= command.spec->id == COMMAND_SENDFILE ||
		command.spec->id == COMMAND_SAVE;
	return true;
}

static bool take_delay(struct script *script, const char *text, char **error)
{
	int64_t delay_ms;

	script->answers = strcmp(text, "never") != 0;
	return !script->answers || !strcmp(text, "hold") ||
		duration_parse(text, &delay_ms) ||
		fail(script, SERVER, "--delay",
			"expected hold, never or a duration", error);
}

static bool take_sigpipe(
	struct script *script, enum side side, const char *text, char **error)
{
	enum sigpipe_policy policy;

	if (!signals_sigpipe_parse(text, &policy))
		return fail(script, side, "--sigpipe",
			"expected default, ignore, handle, nosignal or inherit",
			error);
	if (policy == SIGPIPE_INHERIT)
		policy = script->experiment->sigpipe_ignored ? SIGPIPE_IGNORE
							     : SIGPIPE_DEFAULT;
	script->sides[side].sigpipe = policy;
	return true;
}

/* Takes one option; `said_on_eof` is told of --on-eof. */
static bool take_option(struct script *script, enum side side, int option,
	bool *said_on_eof, char **error)
{
	switch (option) {
	case 'd':
		return take_delay(script, optarg, error);
	case OPTION_GREETING:
		script->greeting = optarg;
		return true;
	case OPTION_ON_ACCEPT:
		return add_command(script, &script->on_accept, "--on-accept",
			optarg, error);
	case OPTION_ON_EOF:
		*said_on_eof = true;
		return add_command(
			script, &script->on_eof, "--on-eof", optarg, error);
	case OPTION_ONCE:
		script->once = true;
		return true;
	case OPTION_SIGPIPE:
		return take_sigpipe(script, side, optarg, error);
	case OPTION_REFUSED:
		return fail(script, side, "options",
			"an order begins accepted, and has no clock", error);
	default:
		return true;
	}
}

static bool take_options(struct script *script, enum side side,
	const struct words *words, bool *said_on_eof, char **error)
{
	/* getopt_long(3) sorts its vector, and begins behind the name. */
	char **vector = calloc(words->count + 2, sizeof(*vector));
	bool good = vector;
	int option = 0;

	if (!vector)
		return fail(script, side, "options", "no memory", error);
	vector[0] = (char *)side_name(side);
	if (words->count)
		memcpy(&vector[1], words->list, words->count * sizeof(*vector));
	opterr = 0;
	optind = 0;
	while (good && option >= 0) {
		option = getopt_long((int)words->count + 1, vector,
			side == SERVER ? ":l:p:d:q" : ":46q",
			side == SERVER ? server_options : client_options, NULL);
		if (option == '?' || option == ':')
			good = fail(script, side, "options", vector[optind - 1],
				error);
		else if (option >= 0)
			good = take_option(
				script, side, option, said_on_eof, error);
	}
	if (good && optind < (int)words->count + 1)
		good = fail(script, side, "options", vector[optind], error);
	free(vector);
	return good;
}

bool script_read_options(struct script *script, char **error)
{
	const struct experiment *experiment = script->experiment;
	bool said_on_eof = false;

	script->greeting = "Hi, ";
	script->answers = true;
	return take_options(script, SERVER, &experiment->server, &said_on_eof,
		       error) &&
		take_options(script, CLIENT, &experiment->client, &said_on_eof,
			error) &&
		(said_on_eof ||
			add_command(script, &script->on_eof, "--on-eof",
				"close", error));
}
