/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One program, or two, watched from the first call to the end. */
#ifndef GRACELAB_SESSION_H
#define GRACELAB_SESSION_H

#include <stdint.h>

#include "gracelab/record/record.h"

struct session_plan {
	const char *commands[SIDES]; /* by sh -c; or NULL, and then: */
	char *const *arguments;      /* of the one program */
	bool wire;                   /* two hosts */
	bool all;                    /* calls that tell of no socket too */
	size_t text_bytes;           /* what is kept of a call's */
	int64_t patience_ms;
	const char *pcap; /* or NULL */
	/* The record's texts are set but for what is seen. */
	void (*begun)(void *context, const struct record *record);
	/* A row: whoever takes it owns the texts. */
	void (*take)(void *context, struct rung *rung);
	/* What is to be said of the whole. */
	void (*note)(void *context, const char *text);
	void *context;
};

/*
 * Runs them, and returns what the exit status shall be: the program's, of two
 * the client's, or the server's if that is 0 and it ended by itself. -1: that
 * could not be done; record->failure says why. The process is in the network
 * of the programs then.
 */
int session_run(const struct session_plan *plan, struct record *record);

#endif
