/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gracelab's command line. */
#ifndef GRACELAB_OPTIONS_H
#define GRACELAB_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

enum lab_command { LAB_PLAY, LAB_CHECK, LAB_RECORD, LAB_LIST };
enum lab_format { FORMAT_TEXT, FORMAT_JSON, FORMAT_SVG, FORMAT_MERMAID };

struct lab_options {
	enum lab_command command;
	char **experiments; /* room for all of argv, given by the caller */
	int experiment_count;
	enum lab_format format;
	bool ascii, step, host, confirm, wire;
	const char *output;      /* a path, or NULL */
	const char *pcap;        /* a path, or NULL */
	const char *transcripts; /* a folder, or NULL */
	int64_t patience_ms;
};

/* Whether the word behind this one is its value, as behind `--pcap`. */
bool lab_options_takes_value(const char *word);

/* Ends the program after --help, --version and usage errors. */
void lab_options_parse(int argc, char **argv, struct lab_options *options);

#endif
