/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "watch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gracelab/trace/session/session.h"
#include "lib/base/names.h"
#include "lib/base/options.h"
#include "lib/base/status.h"
#include "program.h"
#include "watch_show.h"

enum {
	OPTION_SERVER = 0x400,
	OPTION_CLIENT,
	OPTION_WIRE,
	OPTION_CALLS,
	OPTION_CONNECTION,
	OPTION_TEXT,
	OPTION_KEYLOG,
	OPTION_FORMAT,
	OPTION_ASCII,
	OPTION_PCAP,
	OPTION_PATIENCE,
};

enum {
	TEXT_BYTES = 256,
	TEXT_BYTES_MAX = 65536,
	PATIENCE_MS = 10000,
};

struct watch_options {
	struct session_plan plan;
	struct watch_show show;
};

static const struct argp_option options[] = {
	{ "server", OPTION_SERVER, "COMMAND", 0,
		"Start this first, by sh, in a private network", 1 },
	{ "client", OPTION_CLIENT, "COMMAND", 0,
		"Start this once the server listens; {host} and {port} are "
		"filled in",
		1 },
	{ "wire", OPTION_WIRE, NULL, 0,
		"Put the two on two hosts with a wire between them", 1 },
	{ "calls", OPTION_CALLS, "WHICH", 0,
		"sockets (the default), or all: setsockopt, poll, select and "
		"epoll_wait too",
		2 },
	{ "text", OPTION_TEXT, "BYTES", 0,
		"How much to show of what a call sent or received (256)", 2 },
	{ "keylog", OPTION_KEYLOG, "FILE", 0,
		"Have programs write their TLS secrets to FILE "
		"(SSLKEYLOGFILE), and open their records",
		2 },
	{ "connection", OPTION_CONNECTION, "N", 0,
		"Show the Nth connection only", 2 },
	{ "format", OPTION_FORMAT, "FORMAT", 0,
		"text (the default), json, svg, mermaid or html", 3 },
	{ "ascii", OPTION_ASCII, NULL, 0, "Draw the text with ASCII only", 3 },
	{ "output", 'o', "FILE", 0, "Write to FILE, not to standard error", 3 },
	{ "pcap", OPTION_PCAP, "FILE", 0,
		"Write the capture to FILE too, for Wireshark", 3 },
	{ "patience", OPTION_PATIENCE, "DURATION", 0,
		"How long to wait for a server that does nothing (10s)", 3 },
	{ 0 },
};

static void parse_format(struct argp_state *state, const char *argument)
{
	struct watch_options *watch = state->input;

	if (!options_format_named(argument, &watch->show.format))
		argp_error(state, "--format: expected %s, not '%s'",
			options_format_names(), argument);
}

static void parse_calls(struct argp_state *state, const char *argument)
{
	struct watch_options *watch = state->input;

	watch->plan.all = !strcmp(argument, "all");
	if (!watch->plan.all && strcmp(argument, "sockets") != 0)
		argp_error(state, "--calls: expected sockets or all, not '%s'",
			argument);
}

static void check(struct argp_state *state)
{
	const struct watch_options *watch = state->input;
	const struct session_plan *plan = &watch->plan;
	bool server = plan->commands[SERVER], client = plan->commands[CLIENT];

	if (server != client)
		argp_error(state, "--server and --client: one needs the other");
	if (plan->arguments && server)
		argp_error(state,
			"either --server and --client, or one program: '%s'",
			plan->arguments[0]);
	if (!plan->arguments && !server)
		argp_error(
			state, "expected a COMMAND, or --server and --client");
	if (plan->wire && !server)
		argp_error(state, "--wire goes with --server and --client");
	if (plan->text_bytes > TEXT_BYTES_MAX)
		argp_error(state, "--text: at most %d", TEXT_BYTES_MAX);
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct watch_options *watch = state->input;
	struct session_plan *plan = &watch->plan;

	switch (key) {
	case OPTION_SERVER:
		plan->commands[SERVER] = argument;
		return 0;
	case OPTION_CLIENT:
		plan->commands[CLIENT] = argument;
		return 0;
	case OPTION_WIRE:
		plan->wire = true;
		return 0;
	case OPTION_CALLS:
		parse_calls(state, argument);
		return 0;
	case OPTION_TEXT:
		plan->text_bytes = options_count(state, "--text", argument);
		return 0;
	case OPTION_KEYLOG:
		if (!*argument)
			argp_error(state, "--keylog: expected a FILE, not ''");
		plan->keylog = argument;
		return 0;
	case OPTION_CONNECTION:
		watch->show.connection =
			options_count(state, "--connection", argument);
		return 0;
	case OPTION_FORMAT:
		parse_format(state, argument);
		return 0;
	case OPTION_ASCII:
		watch->show.ascii = true;
		return 0;
	case 'o':
		watch->show.output = argument;
		return 0;
	case OPTION_PCAP:
		plan->pcap = argument;
		return 0;
	case OPTION_PATIENCE:
		plan->patience_ms =
			options_duration(state, "--patience", argument);
		return 0;
	case ARGP_KEY_ARG:
		/* The rest is the program's. */
		plan->arguments = &state->argv[state->next - 1];
		state->next = state->argc;
		return 0;
	case ARGP_KEY_END:
		check(state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp watch_argp = {
	.options = options,
	.parser = parse,
	.args_doc = "-- COMMAND [ARGUMENT...]\n"
		    "--server 'COMMAND' --client 'COMMAND'",
	.doc = "Runs programs that others wrote, and shows what they called "
	       "on their TCP sockets, what the kernels did and what went over "
	       "the wire.\vCOMMAND of --server and --client is run by sh -c. "
	       "The ladder goes to standard error; the exit status is the "
	       "program's, of two the client's. The manual is gracelab(1).",
};

/* A path that programs know wherever they work, for free(3); NULL: none. */
static char *absolute(const char *path)
{
	char *folder, *whole = NULL;

	if (!path || !*path || *path == '/')
		return path && *path ? strdup(path) : NULL;
	folder = getcwd(NULL, 0);
	if (folder && asprintf(&whole, "%s/%s", folder, path) < 0)
		whole = NULL;
	free(folder);
	return whole;
}

/* Whether programs could add to the file, and we read it, access(2), though it
 * need not be there yet; else errno. */
static bool can_be_logged_to(const char *path)
{
	struct stat status;
	const char *end = strrchr(path, '/');
	char *folder;
	bool can;

	if (!stat(path, &status)) {
		errno = EISDIR;
		return !S_ISDIR(status.st_mode) && !access(path, R_OK | W_OK);
	}
	if (errno != ENOENT)
		return false;
	folder = strndup(path, (size_t)(end - path) + 1);
	can = folder && !access(folder, W_OK | X_OK);
	free(folder);
	return can;
}

/* False, said, where the file that was asked for can never have secrets; what
 * the environment asks for is between that and the programs. */
static bool check_keylog(const char *asked, const char *path)
{
	char why[NAMES_DESCRIPTION_SIZE];

	if (!asked || (path && can_be_logged_to(path)))
		return true;
	program_complain("--keylog: cannot log to %s: %s", asked,
		names_describe(why, errno));
	return false;
}

int watch_run(int argc, char **argv)
{
	struct watch_options watch = {
		.plan = { .text_bytes = TEXT_BYTES,
			.patience_ms = PATIENCE_MS },
	};
	int status;

	options_parse(&watch_argp, argc, argv, &watch);
	const char *asked = watch.plan.keylog;
	char *keylog = absolute(asked ? asked : getenv("SSLKEYLOGFILE"));

	watch.plan.keylog = keylog;
	watch.plan.begun = watch_show_begin;
	watch.plan.take = watch_show_row;
	watch.plan.flush = watch_show_flush;
	watch.plan.note = watch_show_note;
	watch.plan.context = &watch.show;
	if (!check_keylog(asked, keylog) || !watch_show_open(&watch.show)) {
		free(keylog);
		return STATUS_FAILURE;
	}
	status = session_run(&watch.plan, &watch.show.record);
	free(keylog);
	if (watch.show.record.failed)
		program_complain("%s", record_why_failed(&watch.show.record));
	if (!watch_show_end(&watch.show) || status < 0)
		return STATUS_FAILURE;
	return status;
}
