/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is to be watched, and who is told: data alone. */
#ifndef GRACELAB_SESSION_PLAN_H
#define GRACELAB_SESSION_PLAN_H

#include <stdint.h>

#include "gracelab/record/record.h"
#include "lib/base/side.h"

struct session_plan {
	const char *commands[SIDES]; /* by sh -c; or NULL, and then: */
	char *const *arguments;      /* of the one program */
	bool wire;                   /* two hosts */
	bool all;                    /* calls that tell of no socket too */
	size_t text_bytes;           /* what is kept of a call's */
	const char *keylog;          /* a file of TLS secrets, or NULL */
	int64_t patience_ms;
	const char *pcap; /* or NULL */
	/* The record's texts are set but for what is seen. */
	void (*begun)(void *context, const struct record *record);
	/* A row: whoever takes it owns the texts. */
	void (*take)(void *context, struct rung *rung);
	/* Some milliseconds have passed: rows that were held back are due. */
	void (*flush)(void *context);
	/* What is to be said of the whole. */
	void (*note)(void *context, const char *text);
	void *context;
};

#endif
