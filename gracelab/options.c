/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "options.h"

#include <string.h>

#include "lib/base/options.h"

enum {
	OPTION_ASCII = 0x300,
	OPTION_CONFIRM,
	OPTION_FORMAT,
	OPTION_HOST,
	OPTION_PATIENCE,
	OPTION_PCAP,
	OPTION_STEP,
	OPTION_TRANSCRIPTS,
	OPTION_WIRE,
};

static const struct argp_option entries[] = {
	{ "format", OPTION_FORMAT, "FORMAT", 0,
		"text (the default), json, svg or mermaid", 1 },
	{ "ascii", OPTION_ASCII, NULL, 0, "Draw the text with ASCII only", 1 },
	{ "output", 'o', "FILE", 0, "Write to FILE", 1 },
	{ "pcap", OPTION_PCAP, "FILE", 0,
		"Write the capture to FILE too, for Wireshark", 1 },
	{ "step", OPTION_STEP, NULL, 0,
		"Wait for Enter before each step, and show the ladder grow",
		1 },
	{ "confirm", OPTION_CONFIRM, NULL, 0,
		"Let a golden that agrees say at its foot that this kernel "
		"confirms it",
		1 },
	{ "patience", OPTION_PATIENCE, "DURATION", 0,
		"How long a step may take (default 5s)", 2 },
	{ "transcripts", OPTION_TRANSCRIPTS, "DIR", 0,
		"Look up experiments and goldens in DIR", 2 },
	{ "host", OPTION_HOST, NULL, 0,
		"Play on the host's loopback, not in a private network", 2 },
	{ "wire", OPTION_WIRE, NULL, 0,
		"Play on two hosts with a wire between them, as experiments "
		"do that control it",
		2 },
	{ 0 },
};

bool lab_options_takes_value(const char *word)
{
	bool is_long = !strncmp(word, "--", 2);

	for (const struct argp_option *entry = entries; entry->key; entry++) {
		bool named = is_long
			? word[2] &&
				!strncmp(
					entry->name, word + 2, strlen(word + 2))
			: word[0] == '-' && word[1] == entry->key && !word[2];

		if (named)
			return entry->arg;
	}
	return false;
}

static void parse_format(struct argp_state *state, const char *argument)
{
	static const char *const names[] = { "text", "json", "svg", "mermaid" };
	struct lab_options *options = state->input;

	for (int i = 0; i < 4; i++) {
		if (!strcmp(names[i], argument)) {
			options->format = (enum lab_format)i;
			return;
		}
	}
	argp_error(state,
		"--format: expected text, json, svg or mermaid, not '%s'",
		argument);
}

static void parse_command(struct argp_state *state, const char *argument)
{
	static const char *const names[] = { "play", "check", "record",
		"list" };
	struct lab_options *options = state->input;

	for (int i = 0; i < 4; i++) {
		if (!strcmp(names[i], argument)) {
			options->command = (enum lab_command)i;
			return;
		}
	}
	argp_error(state, "expected play, check, record or list, not '%s'",
		argument);
}

static void check_whole(struct argp_state *state)
{
	struct lab_options *options = state->input;
	bool one_picture = options->format == FORMAT_SVG ||
		options->format == FORMAT_MERMAID || options->pcap;

	if (!state->arg_num)
		argp_error(state, "expected play, check, record or list");
	if (options->command == LAB_PLAY && !options->experiment_count)
		argp_error(state, "play: expected an EXPERIMENT");
	if (options->command != LAB_PLAY &&
		(options->format != FORMAT_TEXT || options->ascii ||
			options->step || options->output || options->pcap))
		argp_error(state,
			"--format, --ascii, --step, --output and --pcap go "
			"with play");
	if (options->command != LAB_CHECK && options->confirm)
		argp_error(state, "--confirm goes with check");
	if (options->wire && options->command == LAB_RECORD)
		argp_error(state,
			"--wire goes with play and check: a golden shows what "
			"the experiment says");
	if (options->wire && options->host)
		argp_error(state, "--wire and --host: only one of them");
	if (one_picture && options->experiment_count != 1)
		argp_error(state,
			"--format=svg, --format=mermaid and --pcap take one "
			"EXPERIMENT");
	if (options->step && options->format != FORMAT_TEXT)
		argp_error(state, "--step shows text only");
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct lab_options *options = state->input;

	switch (key) {
	case OPTION_FORMAT:
		parse_format(state, argument);
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
	case OPTION_CONFIRM:
		options->confirm = true;
		return 0;
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
	case ARGP_KEY_ARG:
		if (state->arg_num == 0)
			parse_command(state, argument);
		else
			options->experiments[options->experiment_count++] =
				argument;
		return 0;
	case ARGP_KEY_END:
		check_whole(state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

void lab_options_parse(int argc, char **argv, struct lab_options *options)
{
	static const struct argp argp = {
		.options = entries,
		.parser = parse,
		.args_doc = "play EXPERIMENT...\ncheck [EXPERIMENT...]\n"
			    "record [EXPERIMENT...]\nlist",
		.doc = "Plays experiments on the end of a TCP connection and "
		       "writes down what each side called, what the kernels "
		       "did and what went over the wire.\vEXPERIMENT is a "
		       "name that list shows, or the path of a .lab file. The "
		       "manuals are gracelab(1) and grace-lab(5).",
	};
	char **experiments = options->experiments;

	*options = (struct lab_options){
		.experiments = experiments,
		.patience_ms = 5000,
	};
	options_parse(&argp, argc, argv, options);
}
