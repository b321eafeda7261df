/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command line of explore, and of what play has of it. */
#include <string.h>

#include "lib/base/options.h"
#include "options.h"

enum {
	OPTION_FIND = 0x400,
	OPTION_FORMAT,
	OPTION_JOBS,
	OPTION_LIMIT,
	OPTION_LOSSES,
	OPTION_MERGE,
	OPTION_ORDER,
	OPTION_SHOW,
};

/* How many orders are played if nobody says how many. */
#define LIMIT 100000

static const char *const formats[] = {
	[FORMAT_TEXT] = "text",
	[FORMAT_JSON] = "json",
	[FORMAT_SVG] = "svg",
	[FORMAT_MERMAID] = "mermaid",
	[FORMAT_HTML] = "html",
	[FORMAT_DOT] = "dot",
	[FORMAT_LAB] = "lab",
};

static const struct argp_option entries[] = {
	{ "losses", OPTION_LOSSES, "N", 0,
		"Let at most N segments of an order be lost (with --wire)", 1 },
	{ "limit", OPTION_LIMIT, "N", 0,
		"Play no more than N orders (default 100000)", 1 },
	{ "merge", OPTION_MERGE, NULL, 0,
		"Make each move of each state once, and count the ways: for "
		"more orders than can be played",
		1 },
	{ "format", OPTION_FORMAT, "FORMAT", 0,
		"text (the default), json, html; svg or dot: the tree of "
		"orders; with --show, --find and --order also mermaid, and "
		"lab: an "
		"experiment",
		2 },
	{ "output", 'o', "FILE", 0, "Write to FILE", 2 },
	{ "show", OPTION_SHOW, "K", 0,
		"Play an order of the Kth class, and show its ladder", 3 },
	{ "find", OPTION_FIND, "WHAT", 0,
		"Play the first order in which a call gives WHAT: EPIPE, "
		"'recv ECONNRESET', SIGPIPE, eof",
		3 },
	{ "order", OPTION_ORDER, "MOVES", 0,
		"Play this order: moves as JSON names them, with commas", 3 },
	{ "jobs", OPTION_JOBS, "N", 0,
		"Explore with N processes (default: one each processor)", 4 },
	{ 0 },
};

static void parse_format(struct argp_state *state, const char *argument)
{
	struct lab_options *options = state->input;

	for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++) {
		if (strcmp(formats[i], argument) != 0)
			continue;
		options->format = (enum lab_format)i;
		return;
	}
	argp_error(state,
		"--format: expected text, json, svg, dot, html, mermaid or "
		"lab, not "
		"'%s'",
		argument);
}

static bool plays_one(const struct orders_options *orders)
{
	return orders->show || orders->find || orders->order;
}

static void check_explore(struct argp_state *state)
{
	const struct lab_options *options = state->input;
	const struct orders_options *orders = &options->orders;
	bool ladder_only = options->format == FORMAT_MERMAID ||
		options->format == FORMAT_LAB;
	bool table_only = options->format == FORMAT_DOT;

	if (!options->experiment_count)
		argp_error(state, "expected an EXPERIMENT");
	if (options->host)
		argp_error(state,
			"--host: orders are explored on networks of their own");
	if (!!orders->show + !!orders->find + !!orders->order > 1)
		argp_error(
			state, "--show, --find and --order exclude each other");
	if (orders->merge && (orders->find || orders->order))
		argp_error(
			state, "--merge does not go with --find and --order");
	if (plays_one(orders) ? table_only : ladder_only)
		argp_error(state, "--format=%s %s --show, --find or --order",
			formats[options->format],
			ladder_only ? "needs" : "does not go with");
	if (options->experiment_count != 1 && options->format != FORMAT_TEXT &&
		options->format != FORMAT_JSON)
		argp_error(state, "--format=%s takes one EXPERIMENT",
			formats[options->format]);
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct lab_options *options = state->input;
	struct orders_options *orders = &options->orders;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = options;
		orders->limit = LIMIT;
		return 0;
	case OPTION_LOSSES:
		orders->losses = strcmp(argument, "0")
			? options_count(state, "--losses", argument)
			: 0;
		return 0;
	case OPTION_LIMIT:
		orders->limit = options_count(state, "--limit", argument);
		return 0;
	case OPTION_MERGE:
		orders->merge = true;
		return 0;
	case OPTION_FORMAT:
		parse_format(state, argument);
		return 0;
	case 'o':
		options->output = argument;
		return 0;
	case OPTION_SHOW:
		orders->show = options_count(state, "--show", argument);
		return 0;
	case OPTION_FIND:
		orders->find = argument;
		return 0;
	case OPTION_ORDER:
		orders->order = argument;
		return 0;
	case OPTION_JOBS:
		orders->jobs = options_count(state, "--jobs", argument);
		return 0;
	case ARGP_KEY_END:
		check_explore(state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child shares[] = {
	{ &options_shared, 0, NULL, 0 },
	{ 0 },
};

const struct argp options_explore = {
	.options = entries,
	.parser = parse,
	.children = shares,
	.args_doc = "EXPERIMENT...",
	.doc = "Plays every order of an experiment: each side's lines in their "
	       "order, everything else whenever it can happen; and counts what "
	       "becomes of the data, and who is told." OPTIONS_EXPERIMENT,
};
