/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an audit or a proxy's checks have found, as data. */
#ifndef GRACELAB_RESULT_H
#define GRACELAB_RESULT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

enum result_kind {
	RESULT_GOOD,
	RESULT_BAD,
	RESULT_REPORTED, /* not judged */
	RESULT_SKIPPED,  /* not played; why says so */
	RESULT_UNPROVED, /* played and judged, but it proves nothing */
};

struct result {
	const char *name; /* borrowed */
	enum result_kind kind;
	const char *verdict; /* borrowed: one word */
	char measured[160];  /* "5 lost, 3 whole of 8, 0 of 65536 bytes" */
	char why[512];
	const char *remedy; /* borrowed: what is known to help; or NULL */
	double seconds;     /* that it took */
	json_t *data;       /* owned: what is measured, for JSON; or NULL */
	/*
	 * What was seen, for a report, or NULL; both owned. `ladder` is an
	 * array of rows as `gracelab play --format=json` has them, `picture`
	 * the same as lines of text.
	 */
	json_t *ladder;
	char *picture;
};

struct known;

enum results_format { RESULTS_TEXT, RESULTS_JSON, RESULTS_JUNIT };

struct results {
	char title[256];
	char *suite;         /* owned: JUnit's name of the suite */
	struct result *rows; /* owned, `count` of them */
	size_t count;
	const char *overall;       /* borrowed: one word */
	int status;                /* the exit status */
	char proof[512];           /* the last sentence */
	json_t *data;              /* owned: what else JSON has; or NULL */
	char *notes;               /* owned: lines behind it, or NULL */
	const struct known *known; /* borrowed: what may fail; or NULL */

	/* What follows is results.c's own. */
	FILE *out;
	FILE *junit; /* likewise; NULL: it is not asked for */
	int error;   /* errno of the first write that failed; or 0 */
	enum results_format format;
	size_t columns, shown;
	size_t name_columns; /* what the names of rows get */
	bool watched;        /* standard error is a terminal */
	bool progress;       /* and shows how far it is */
	bool titled;
};

#endif
