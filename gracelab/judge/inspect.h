/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The subcommands that judge what others wrote: audit, proxy and client. */
#ifndef GRACELAB_INSPECT_H
#define GRACELAB_INSPECT_H

#include <signal.h>
#include <stdbool.h>

#include "known.h"
#include "lib/base/options.h"
#include "results.h"

/*
 * Each is the whole of a subcommand, from the command line to the exit status;
 * `argv` is without the subcommand's name.
 */
int inspect_audit(int argc, char **argv);
int inspect_proxy(int argc, char **argv);
int inspect_client(int argc, char **argv);

/* Their options, for whoever looks for the subcommand among them. */
extern const struct argp inspect_audit_argp, inspect_proxy_argp,
	inspect_client_argp;

/* A probe of a server or client, or a check of a proxy, as both choose and list
 * them. */
struct inspect_item {
	const char *name, *help;
	bool judged;     /* its verdict counts */
	bool on_request; /* not without --only */
};

/* The options that all have. */
struct inspect_options {
	const char *command;              /* the subcommand */
	const struct inspect_item *items; /* borrowed, `count` of them */
	int count;
	bool *chosen; /* by item; --only chooses anew */
	bool only;    /* it was given */
	bool list;
	const char *output; /* a path, or NULL */
	const char *junit;  /* a path for JUnit besides; or NULL */
	const char *name;   /* of JUnit's suite; NULL: the command */
	enum results_format format;
	/* Whether a word is a verdict that may be bad; NULL: any is none. */
	bool (*is_verdict)(const char *word);
	struct known known; /* --baseline; `path` is NULL without */
};

/* A child parser; its input is a struct inspect_options. */
extern const struct argp inspect_argp;

/* Chooses all that need no --only. */
void inspect_choose_all(const struct inspect_options *options);

/* Writes what --list asks for. */
void inspect_list(const struct inspect_options *options);

/*
 * Begins to write: --output, --format, --name. `argv`, of `argc` words, is the
 * command line without the subcommand. False, said on standard error, where it
 * cannot be written.
 */
bool inspect_begin(const struct inspect_options *options, int argc, char **argv,
	struct results *results);

/*
 * Catches SIGINT and SIGTERM from now on, so that what was finished is written;
 * `*outside` (or NULL) is the mask of before, for programs that are started.
 */
void inspect_catch(sigset_t *outside);

/* Whether one has come. */
bool inspect_interrupted(void);

/*
 * Writes what is left of the results, weighed by --baseline. Returns their
 * status, or 2 where that fails; where a signal came, ends the process by it.
 */
int inspect_end(const struct inspect_options *options, struct results *results);

/* Frees what the options hold. */
void inspect_forget(struct inspect_options *options);

#endif
