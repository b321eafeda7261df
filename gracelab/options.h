/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The options of the subcommands that play, and of list. */
#ifndef GRACELAB_OPTIONS_H
#define GRACELAB_OPTIONS_H

#include <argp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum lab_format {
	FORMAT_TEXT,
	FORMAT_JSON,
	FORMAT_SVG,
	FORMAT_MERMAID,
	FORMAT_HTML,
	FORMAT_DOT, /* of orders */
	FORMAT_LAB, /* of one order */
};

/* What explore is asked for. */
struct orders_options {
	unsigned losses, limit, jobs; /* jobs 0: it chooses */
	bool merge;
	/* At most one of these; else the table is shown. */
	unsigned show;     /* a class, from 1; or 0 */
	const char *find;  /* or NULL */
	const char *order; /* moves, or NULL */
};

struct lab_options {
	char **experiments; /* room for all of argv, given by the caller */
	int experiment_count;
	enum lab_format format;
	bool acks, ascii, step, host, confirm, wire;
	bool big, no_history; /* live */
	bool may_be_none;     /* where no EXPERIMENT is named, none is meant */
	bool into_folder;     /* `output` is one: a page each goes there */
	const char *output;   /* a path, or NULL */
	const char *pcap;     /* a path, or NULL */
	const char *transcripts; /* a folder, or NULL */
	int64_t patience_ms;
	struct orders_options orders;
};

/* Sets the defaults. */
void options_begin(struct lab_options *options, char **experiments);

/* For options_parse(); the input of each is a struct lab_options. */
extern const struct argp options_play, options_check, options_record,
	options_list, options_explore, options_live;

/* The format of a play by its name; false for any other text. */
bool options_format_named(const char *name, enum lab_format *format);

/* The name of the format number `index`, or NULL; and all, for a message. */
const char *options_format_name(size_t index);
const char *options_format_names(void);

/* The end of the help of all that take an EXPERIMENT. */
#define OPTIONS_EXPERIMENT                                                \
	"\vEXPERIMENT is a name that `gracelab list' shows, or the path " \
	"of a .lab file. The manuals are gracelab(1) and grace-lab(5)."

/* What those that play have in common, a child parser of theirs. */
extern const struct argp options_shared;

#endif
