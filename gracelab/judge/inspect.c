/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "inspect.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/names.h"
#include "lib/base/signals.h"
#include "lib/base/status.h"

enum {
	OPTION_ONLY = 0x600,
	OPTION_LIST,
	OPTION_FORMAT,
	OPTION_NAME,
	OPTION_BASELINE,
	OPTION_JUNIT,
};

static const struct argp_option entries[] = {
	{ "only", OPTION_ONLY, "NAME,...", 0,
		"Only these, of what --list lists", 3 },
	{ "list", OPTION_LIST, NULL, 0, "List what is asked, by its names", 3 },
	{ "format", OPTION_FORMAT, "FORMAT", 0,
		"text (the default), json or junit", 3 },
	{ "junit", OPTION_JUNIT, "FILE", 0, "Write junit to FILE besides", 3 },
	{ "name", OPTION_NAME, "NAME", 0,
		"JUnit's name of the suite (default: the command line)", 3 },
	{ "baseline", OPTION_BASELINE, "FILE", 0,
		"What is known to fail, a line each: only what is new does",
		3 },
	{ "output", 'o', "FILE", 0, "Write to FILE", 3 },
	{ 0 },
};

static void parse_only(struct argp_state *state, char *argument)
{
	struct inspect_options *options = state->input;
	char *rest = argument, *name;

	options->only = true;
	memset(options->chosen, 0, (size_t)options->count * sizeof(bool));
	while ((name = strsep(&rest, ","))) {
		int i = 0;

		while (i < options->count &&
			strcmp(options->items[i].name, name) != 0)
			i++;
		if (i == options->count)
			argp_error(state, "--only: there is no '%s'", name);
		options->chosen[i] = true;
	}
}

static void parse_format(struct argp_state *state, const char *argument)
{
	struct inspect_options *options = state->input;
	int format = results_parse_format(argument);

	if (format < 0)
		argp_error(state,
			"--format: expected text, json or junit, not '%s'",
			argument);
	options->format = (enum results_format)format;
}

static bool is_id(const void *context, const char *word)
{
	const struct inspect_options *options = context;

	for (int i = 0; i < options->count; i++)
		if (!strcmp(options->items[i].name, word))
			return true;
	return false;
}

static void parse_baseline(struct argp_state *state, const char *path)
{
	struct inspect_options *options = state->input;
	char error[KNOWN_ERROR_SIZE] = "out of memory";

	known_free(&options->known);
	if (!known_read(&options->known, path, is_id, options->is_verdict,
		    options, error))
		argp_error(state, "--baseline: %s", error);
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct inspect_options *options = state->input;

	switch (key) {
	case OPTION_ONLY:
		parse_only(state, argument);
		return 0;
	case OPTION_LIST:
		options->list = true;
		return 0;
	case OPTION_FORMAT:
		parse_format(state, argument);
		return 0;
	case OPTION_BASELINE:
		parse_baseline(state, argument);
		return 0;
	case OPTION_JUNIT:
		options->junit = argument;
		return 0;
	case OPTION_NAME:
		options->name = argument;
		return 0;
	case 'o':
		options->output = argument;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp inspect_argp = { .options = entries, .parser = parse };

void inspect_choose_all(const struct inspect_options *options)
{
	for (int i = 0; i < options->count; i++)
		options->chosen[i] = !options->items[i].on_request;
}

void inspect_list(const struct inspect_options *options)
{
	int longest = 0;

	for (int i = 0; i < options->count; i++)
		if ((int)strlen(options->items[i].name) > longest)
			longest = (int)strlen(options->items[i].name);
	for (int i = 0; i < options->count; i++) {
		const struct inspect_item *item = &options->items[i];

		printf("%-*s %s%s\n", longest, item->name, item->help,
			item->on_request       ? " (with --only)"
				: item->judged ? ""
					       : " (reported only)");
	}
}

/* The command line as somebody typed it, but for quotes. */
static char *join(const char *command, int argc, char **argv)
{
	size_t bytes = sizeof("gracelab ") + strlen(command);

	for (int i = 1; i < argc; i++)
		bytes += strlen(argv[i]) + 1;
	char *joined = malloc(bytes);

	if (!joined)
		return NULL;
	char *end = stpcpy(stpcpy(joined, "gracelab "), command);

	for (int i = 1; i < argc; i++)
		end = stpcpy(stpcpy(end, " "), argv[i]);
	return joined;
}

static void complain(const char *path)
{
	char why[NAMES_DESCRIPTION_SIZE];

	fprintf(stderr, "gracelab: cannot write %s: %s\n",
		path ? path : "standard output", names_describe(why, errno));
}

bool inspect_begin(const struct inspect_options *options, int argc, char **argv,
	struct results *results)
{
	if (results_open(results, options->output, options->format)) {
		complain(options->output);
		return false;
	}
	/* Not first met when all has been judged. */
	if (options->junit && results_open_junit(results, options->junit)) {
		complain(options->junit);
		if (results->out != stdout)
			fclose(results->out);
		return false;
	}
	results->suite = options->name ? strdup(options->name)
				       : join(options->command, argc, argv);
	if (options->known.path)
		results->known = &options->known;
	return true;
}

void inspect_catch(sigset_t *outside)
{
	signals_catch(SIGINT);
	signals_catch(SIGTERM);
	if (outside)
		*outside = *signals_wait_mask();
}

bool inspect_interrupted(void)
{
	return signals_ending();
}

int inspect_end(const struct inspect_options *options, struct results *results)
{
	int status;

	if (results->known)
		known_conclude(results->known, results);
	status = results->status;
	if (results_close(results)) {
		complain(options->output);
		status = STATUS_USAGE;
	}
	if (results_close_junit(results)) {
		complain(options->junit);
		status = STATUS_USAGE;
	}
	results_free(results);
	if (signals_pending(SIGINT))
		signals_die(SIGINT);
	if (signals_pending(SIGTERM))
		signals_die(SIGTERM);
	return status;
}

void inspect_forget(struct inspect_options *options)
{
	known_free(&options->known);
}
