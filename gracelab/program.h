/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the subcommands share that read experiments: folders, files, output. */
#ifndef GRACELAB_PROGRAM_H
#define GRACELAB_PROGRAM_H

#include <stdio.h>

#include "catalog.h"
#include "gracelab/experiment/experiment.h"
#include "gracelab/play/play.h"
#include "gracelab/record/record.h"
#include "gracelab/stage/stage.h"
#include "options.h"

struct program {
	struct lab_options options;
	char *programs, *transcripts;    /* folders, owned; may be NULL */
	struct experiment **experiments; /* owned, `count` of them */
	size_t count;
	struct stage stage;       /* what can be had here */
	struct play_options play; /* as the options ask for it */
	FILE *out;                /* NULL: not open */
	int out_fd;               /* what it writes to */
	int out_error;            /* why that refuses, errno; or 0 */
	int status;
};

/*
 * Reads the command line, the experiments that it names, or else all (none with
 * options.may_be_none), and opens the output. False, with the status, where
 * that fails: it has been said then. Ends the program after --help, --version
 * and usage errors.
 */
bool program_begin(struct program *program, const struct argp *argp, int argc,
	char **argv);

/* The same for who reads experiments, but plays none: none is read yet. */
bool program_begin_reading(struct program *program, const struct argp *argp,
	int argc, char **argv);

/*
 * Finds all experiments, and makes room to read them. False, said, where the
 * folder cannot be read.
 */
bool program_find_all(struct program *program, struct catalog *catalog);

/* Reads one experiment by its name or path; false where it was said why not. */
bool program_read(struct program *program, const char *name);

/* Opens the output that the options name, and closes it. What fails is said;
 * false, or in the status. */
bool program_open_output(struct program *program);
void program_close_output(struct program *program);

/* Closes the output and frees all. Returns the exit status. */
int program_end(struct program *program);

/* `gracelab: ...` on standard error, fit for a terminal. */
void program_complain(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

/* Says that a play did not come to its end. */
void program_failed(struct program *program, const struct record *record);

/*
 * A text of one line or of several, fit for a terminal; for free(). NULL: no
 * memory.
 */
char *program_fit(const char *text);
char *program_fit_page(const char *text);

#endif
