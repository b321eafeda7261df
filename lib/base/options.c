/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "duration.h"
#include "status.h"

enum {
	OPTION_EVENTS = 0x100,
	OPTION_EVENTS_ACK,
	OPTION_SIGPIPE,
	OPTION_PAUSED,
	OPTION_NO_HISTORY,
};

static const struct argp_option entries[] = {
	{ "events", OPTION_EVENTS, "FILE", 0,
		"Write every event to FILE as one JSON line", 10 },
	{ "events-ack", OPTION_EVENTS_ACK, "FILE", 0,
		"After each event, wait for a byte from FILE before going on",
		10 },
	{ "quiet", 'q', NULL, 0, "Only the classic lines and errors", 10 },
	{ "sigpipe", OPTION_SIGPIPE, "POLICY", 0,
		"What SIGPIPE does: default, ignore (this is the default), "
		"handle, nosignal, inherit",
		10 },
	{ "paused", OPTION_PAUSED, NULL, 0,
		"Read the socket only when told: read, or resume for good",
		10 },
	{ "no-history", OPTION_NO_HISTORY, NULL, 0,
		"At a terminal, neither recall nor keep lines of other "
		"sessions",
		10 },
	{ 0 },
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct common_options *options = state->input;

	switch (key) {
	case OPTION_EVENTS:
		options->events = argument;
		return 0;
	case OPTION_EVENTS_ACK:
		options->events_ack = argument;
		return 0;
	case 'q':
		options->quiet = true;
		return 0;
	case OPTION_SIGPIPE:
		if (!signals_sigpipe_parse(argument, &options->sigpipe))
			argp_error(state,
				"--sigpipe: expected default, ignore, handle, "
				"nosignal or inherit, not '%s'",
				argument);
		return 0;
	case OPTION_NO_HISTORY:
		options->no_history = true;
		return 0;
	case OPTION_PAUSED:
		options->paused = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp options_common = { .options = entries, .parser = parse };

int64_t options_duration(
	struct argp_state *state, const char *option, const char *text)
{
	int64_t duration_ms = 0;

	if (!duration_parse(text, &duration_ms))
		argp_error(state,
			"%s: expected a duration such as 5s, 200ms, 1.5s or "
			"2m, not '%s'",
			option, text);
	return duration_ms;
}

unsigned options_count(
	struct argp_state *state, const char *option, const char *text)
{
	char *end;
	unsigned long count = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end || !count || count > INT32_MAX)
		argp_error(state, "%s: expected a number from 1, not '%s'",
			option, text);
	return (unsigned)count;
}

static void print_version(FILE *out, struct argp_state *state)
{
	(void)state;
	fprintf(out, "%s (grace) %s\n", program_invocation_short_name,
		GRACE_VERSION);
}

void options_parse(
	const struct argp *argp, int argc, char **argv, void *options)
{
	argp_err_exit_status = STATUS_USAGE;
	argp_program_version_hook = print_version;
	const char *name = program_invocation_short_name;
	size_t len = strlen(name);

	/* getopt(3) names the program by this, unless it is "NAME SUBCOMMAND"
	 * already, which nobody but the program itself has put there. */
	if (strncmp(argv[0], name, len) != 0 || argv[0][len] != ' ')
		argv[0] = program_invocation_short_name;
	argp_parse(argp, argc, argv, 0, NULL, options);
}
