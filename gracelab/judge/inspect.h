/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The subcommands that judge what others wrote: audit and proxy. */
#ifndef GRACELAB_INSPECT_H
#define GRACELAB_INSPECT_H

#include <stdbool.h>

#include "lib/base/options.h"
#include "results.h"

/*
 * Each is the whole of a subcommand, from the command line to the exit status;
 * `argv` is without the subcommand's name.
 */
int inspect_audit(int argc, char **argv);
int inspect_proxy(int argc, char **argv);

/* A probe of the audit, or a check of a proxy, as both choose and list them. */
struct inspect_item {
	const char *name, *help;
	bool judged;     /* its verdict counts */
	bool on_request; /* not without --only */
};

/* The options that both have. */
struct inspect_options {
	const struct inspect_item *items; /* borrowed, `count` of them */
	int count;
	bool *chosen; /* by item; --only chooses anew */
	bool list;
	const char *output; /* a path, or NULL */
	enum results_format format;
};

/* A child parser; its input is a struct inspect_options. */
extern const struct argp inspect_argp;

/* Chooses all that need no --only. */
void inspect_choose_all(const struct inspect_options *options);

/* Writes what --list asks for. */
void inspect_list(const struct inspect_options *options);

/* Writes the results; returns their status, or 2 where that fails. */
int inspect_write(
	const struct inspect_options *options, const struct results *results);

#endif
