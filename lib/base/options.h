/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Command line options that the programs share, for argp(3). */
#ifndef GRACE_OPTIONS_H
#define GRACE_OPTIONS_H

#include <argp.h>
#include <stdbool.h>
#include <stdint.h>

#include "signals.h"

struct common_options {
	const char *events;     /* a path, or NULL */
	const char *events_ack; /* a path, or NULL */
	bool quiet;
	bool paused;
	bool no_history;
	enum sigpipe_policy sigpipe;
};

/* A child parser; its input is a struct common_options. */
extern const struct argp options_common;

/*
 * Each reads an option's argument, or ends the program with a usage error that
 * names the option and the text.
 */
int64_t options_duration(
	struct argp_state *state, const char *option, const char *text);
unsigned options_count(
	struct argp_state *state, const char *option, const char *text);

/* argp_parse(3) with exit status 2 for usage errors, and --version. */
void options_parse(
	const struct argp *argp, int argc, char **argv, void *options);

#endif
