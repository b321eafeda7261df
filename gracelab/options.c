/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "options.h"

#include <string.h>
#include <sys/stat.h>

#include "lib/base/options.h"

enum {
	OPTION_ACKS = 0x300,
	OPTION_ASCII,
	OPTION_BIG,
	OPTION_CONFIRM,
	OPTION_FORMAT,
	OPTION_HOST,
	OPTION_NO_HISTORY,
	OPTION_ORDER,
	OPTION_PATIENCE,
	OPTION_PCAP,
	OPTION_STEP,
	OPTION_TRANSCRIPTS,
	OPTION_WIRE,
};

#define TRANSCRIPTS                                          \
	{                                                    \
		"transcripts", OPTION_TRANSCRIPTS, "DIR", 0, \
			"Look up experiments and "           \
			"goldens in DIR",                    \
			2                                    \
	}

static const struct argp_option shared[] = {
	{ "patience", OPTION_PATIENCE, "DURATION", 0,
		"How long a step may take (default 5s)", 2 },
	TRANSCRIPTS,
	{ "host", OPTION_HOST, NULL, 0,
		"Play on the host's loopback, not in a private network", 2 },
	{ "wire", OPTION_WIRE, NULL, 0,
		"Play on two hosts with a wire between them, as experiments "
		"do that control it",
		2 },
	{ 0 },
};

static error_t parse_shared(int key, char *argument, struct argp_state *state)
{
	struct lab_options *options = state->input;

	switch (key) {
	case OPTION_HOST:
		options->host = true;
		return 0;
	case OPTION_WIRE:
		options->wire = true;
		return 0;
	case OPTION_PATIENCE:
		options->patience_ms =
			options_duration(state, "--patience", argument);
		return 0;
	case OPTION_TRANSCRIPTS:
		options->transcripts = argument;
		return 0;
	case ARGP_KEY_END:
		if ((options->wire || options->acks) && options->host)
			argp_error(state, "--%s and --host: only one of them",
				options->acks ? "acks" : "wire");
		return 0;
	case ARGP_KEY_ARG:
		options->experiments[options->experiment_count++] = argument;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp options_shared = {
	.options = shared,
	.parser = parse_shared,
};

static const struct argp_child shares[] = {
	{ &options_shared, 0, NULL, 0 },
	{ 0 },
};

/* Hands everything else on to parse_shared(). */
static error_t share(int key, struct argp_state *state)
{
	if (key == ARGP_KEY_INIT)
		state->child_inputs[0] = state->input;
	return ARGP_ERR_UNKNOWN;
}

/* What a play can be shown as, in the order of enum lab_format. */
static const char *const formats[] = { "text", "json", "svg", "mermaid",
	"html" };

#define FORMATS (sizeof(formats) / sizeof(*formats))

const char *options_format_name(size_t index)
{
	return index < FORMATS ? formats[index] : NULL;
}

const char *options_format_names(void)
{
	return "text, json, svg, mermaid or html";
}

bool options_format_named(const char *name, enum lab_format *format)
{
	for (size_t i = 0; i < FORMATS; i++) {
		if (strcmp(formats[i], name) != 0)
			continue;
		*format = (enum lab_format)i;
		return true;
	}
	return false;
}

static void parse_format(struct argp_state *state, const char *argument)
{
	struct lab_options *options = state->input;

	if (!options_format_named(argument, &options->format))
		argp_error(state, "--format: expected %s, not '%s'",
			options_format_names(), argument);
}

static bool is_folder(const char *path)
{
	struct stat status;

	return !stat(path, &status) && S_ISDIR(status.st_mode);
}

static void check_play(struct argp_state *state)
{
	struct lab_options *options = state->input;
	bool one_picture = options->format == FORMAT_SVG ||
		options->format == FORMAT_MERMAID || options->pcap;

	if (!options->experiment_count)
		argp_error(state, "expected an EXPERIMENT");
	if (options->format == FORMAT_HTML && options->output)
		options->into_folder = is_folder(options->output);
	if (options->format == FORMAT_HTML && !options->into_folder &&
		options->experiment_count != 1)
		argp_error(state,
			"--format=html: one EXPERIMENT, or --output=FOLDER, "
			"which is there, for a page of each");
	if (one_picture && options->experiment_count != 1)
		argp_error(state,
			"--format=svg, --format=mermaid and --pcap take one "
			"EXPERIMENT");
	if (options->step && options->format != FORMAT_TEXT)
		argp_error(state, "--step shows text only");
	if (options->pcap && !strcmp(options->pcap, "-") && !options->output)
		argp_error(state,
			"--pcap=- is standard output: --output=FILE, for what "
			"else is written");
}

static const struct argp_option play[] = {
	{ "format", OPTION_FORMAT, "FORMAT", 0,
		"text (the default), json, svg, mermaid or html", 1 },
	{ "acks", OPTION_ACKS, NULL, 0,
		"Show pure ACKs and states in passing too; on two hosts, as "
		"with --wire",
		1 },
	{ "ascii", OPTION_ASCII, NULL, 0, "Draw the text with ASCII only", 1 },
	{ "output", 'o', "FILE", 0,
		"Write to FILE; with --format=html also to a folder, NAME.html "
		"each",
		1 },
	{ "pcap", OPTION_PCAP, "FILE", 0,
		"Write the capture to FILE too, for Wireshark", 1 },
	{ "step", OPTION_STEP, NULL, 0,
		"Wait for Enter before each step, and show the ladder grow",
		1 },
	{ "order", OPTION_ORDER, "MOVES", 0,
		"Play this order of the experiment's moves, as explore has it",
		1 },
	{ 0 },
};

static error_t parse_play(int key, char *argument, struct argp_state *state)
{
	struct lab_options *options = state->input;

	switch (key) {
	case OPTION_FORMAT:
		parse_format(state, argument);
		return 0;
	case OPTION_ACKS:
		options->acks = true;
		return 0;
	case OPTION_ASCII:
		options->ascii = true;
		return 0;
	case 'o':
		options->output = argument;
		return 0;
	case OPTION_PCAP:
		options->pcap = argument;
		return 0;
	case OPTION_STEP:
		options->step = true;
		return 0;
	case OPTION_ORDER:
		options->orders.order = argument;
		return 0;
	case ARGP_KEY_END:
		check_play(state);
		return 0;
	default:
		return share(key, state);
	}
}

const struct argp options_play = {
	.options = play,
	.parser = parse_play,
	.children = shares,
	.args_doc = "EXPERIMENT...",
	.doc = "Plays experiments and shows what each side called, what the "
	       "kernels did and what went over the wire." OPTIONS_EXPERIMENT,
};

static const struct argp_option check[] = {
	{ "confirm", OPTION_CONFIRM, NULL, 0,
		"Let a golden that agrees say at its foot that this kernel "
		"confirms it",
		1 },
	{ 0 },
};

static error_t parse_check(int key, char *argument, struct argp_state *state)
{
	struct lab_options *options = state->input;

	(void)argument;
	if (key != OPTION_CONFIRM)
		return share(key, state);
	options->confirm = true;
	return 0;
}

const struct argp options_check = {
	.options = check,
	.parser = parse_check,
	.children = shares,
	.args_doc = "[EXPERIMENT...]",
	.doc = "Plays experiments, all if none is named, and compares each "
	       "with its golden." OPTIONS_EXPERIMENT,
};

static error_t parse_record(int key, char *argument, struct argp_state *state)
{
	const struct lab_options *options = state->input;

	(void)argument;
	if (key == ARGP_KEY_END && options->wire)
		argp_error(state,
			"--wire goes with play and check: a golden shows what "
			"the experiment says");
	return share(key, state);
}

const struct argp options_record = {
	.parser = parse_record,
	.children = shares,
	.args_doc = "[EXPERIMENT...]",
	.doc = "Plays experiments, all if none is named, three times each, and "
	       "writes their goldens." OPTIONS_EXPERIMENT,
};

static const struct argp_option list[] = { TRANSCRIPTS, { 0 } };

static error_t parse_list(int key, char *argument, struct argp_state *state)
{
	if (key == ARGP_KEY_ARG)
		argp_error(state, "list takes no argument, such as '%s'",
			argument);
	return parse_shared(key, argument, state);
}

const struct argp options_list = {
	.options = list,
	.parser = parse_list,
	.doc = "Lists the experiments, one a line, the name first.",
};

static const struct argp_option live[] = {
	{ "big", OPTION_BIG, NULL, 0,
		"Show the whole ladder after each line, for a projector", 1 },
	{ "ascii", OPTION_ASCII, NULL, 0, "Draw the ladder with ASCII only",
		1 },
	{ "no-history", OPTION_NO_HISTORY, NULL, 0,
		"Keep no lines from one session to the next", 1 },
	{ 0 },
};

static error_t parse_live(int key, char *argument, struct argp_state *state)
{
	struct lab_options *options = state->input;

	(void)argument;
	switch (key) {
	case OPTION_BIG:
		options->big = true;
		return 0;
	case OPTION_ASCII:
		options->ascii = true;
		return 0;
	case OPTION_NO_HISTORY:
		options->no_history = true;
		return 0;
	case ARGP_KEY_INIT:
		options->may_be_none = true;
		return share(key, state);
	case ARGP_KEY_END:
		if (options->experiment_count > 1)
			argp_error(state, "live takes one EXPERIMENT");
		return 0;
	default:
		return share(key, state);
	}
}

const struct argp options_live = {
	.options = live,
	.parser = parse_live,
	.children = shares,
	.args_doc = "[EXPERIMENT]",
	.doc = "The laboratory by hand: each line that is typed is played at "
	       "once, and the ladder grows by what came of it. `help' lists "
	       "the lines. Begins with EXPERIMENT's steps." OPTIONS_EXPERIMENT,
};

void options_begin(struct lab_options *options, char **experiments)
{
	*options = (struct lab_options){
		.experiments = experiments,
		.patience_ms = 5000,
	};
}
