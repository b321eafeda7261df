/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/options.h"
#include "lib/base/start.h"
#include "lib/text/near.h"
#include "options.h"
#include "subcommands.h"

/* The text of help with the table of subcommands; NULL: no memory. */
static char *with_subcommands(const char *doc)
{
	const struct subcommand *entry = NULL;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	fprintf(out, "%s\n\n", doc);
	while ((entry = subcommand_next(entry)))
		fprintf(out, "  %-10s %s\n", entry->name, entry->help);
	fputs("\n`gracelab COMMAND --help' shows the options of one. Options "
	      "stand before or after COMMAND.",
		out);
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}

static char *filter_help(int key, const char *text, void *input)
{
	char *whole =
		key == ARGP_KEY_HELP_PRE_DOC ? with_subcommands(text) : NULL;

	(void)input;
	return whole ? whole : (char *)text;
}

/* Says which names are near one that is none. */
static void refuse(struct argp_state *state, const char *name)
{
	const struct subcommand *entry = NULL;

	while ((entry = subcommand_next(entry)))
		if (near_is(name, entry->name))
			argp_error(state,
				"there is no command '%s'; perhaps '%s'?", name,
				entry->name);
	argp_error(state, "there is no command '%s'", name);
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = state->input;
		return 0;
	case ARGP_KEY_ARG:
		refuse(state, argument);
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "expected a COMMAND");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* Where no subcommand is named: help, version, or a usage error. */
static int run_without(int argc, char **argv)
{
	static const struct argp_child children[] = {
		{ &options_shared, 0, "Of those that play:", 0 },
		{ 0 },
	};
	static const struct argp argp = {
		.parser = parse,
		.children = children,
		.args_doc = "COMMAND [ARGUMENT...]",
		.doc = "Plays experiments on the end of a TCP connection, and "
		       "judges servers and proxies by it.",
		.help_filter = filter_help,
	};
	struct lab_options unused;

	options_begin(&unused, NULL);
	options_parse(&argp, argc, argv, &unused);
	return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	start(&argc, &argv, "gracelab");
	int place = subcommand_place(argc, argv);
	const struct subcommand *subcommand =
		place ? subcommand_find(argv[place]) : NULL;
	char *name = NULL;

	if (!subcommand)
		return run_without(argc, argv);
	memmove(&argv[place], &argv[place + 1],
		(size_t)(argc - place) * sizeof(*argv));
	/* Help and errors name what they belong to. */
	if (asprintf(&name, "%s %s", program_invocation_short_name,
		    subcommand->name) < 0)
		return EXIT_FAILURE;
	argv[0] = name;
	int status = subcommand->run(argc - 1, argv);

	free(name);
	return status;
}
