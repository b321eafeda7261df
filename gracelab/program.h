/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What gracelab's subcommands share. */
#ifndef GRACELAB_PROGRAM_H
#define GRACELAB_PROGRAM_H

#include <stdio.h>

#include "gracelab/experiment/experiment.h"
#include "gracelab/play/play.h"
#include "gracelab/record/record.h"
#include "options.h"

/* The program's state: what is played, and what came of it so far. */
struct program {
	struct lab_options options;
	char *programs, *transcripts;    /* folders, owned; may be NULL */
	struct experiment **experiments; /* owned, `count` of them */
	size_t count;
	struct play_options play;
	FILE *out;
	json_t *array;   /* json of several */
	size_t shown;    /* --step: how many rungs */
	char **recorded; /* record: the text of the first play */
	int status;
};

/* `gracelab: ...` on standard error. */
void program_complain(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

/* Says that a play did not come to its end. */
void program_failed(struct program *program, const struct record *record);

/* show.c: play, and play --step. */
void show_play(struct program *program);
void show_step(struct program *program);

/* verify.c: check and record. */
void verify_check(struct program *program);
void verify_record(struct program *program);

#endif
