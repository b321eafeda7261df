/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What an audit or a proxy's checks have found: as a table that grows while
 * they are played, as JSON, or as JUnit.
 */
#ifndef GRACELAB_RESULTS_H
#define GRACELAB_RESULTS_H

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

enum results_format { RESULTS_TEXT, RESULTS_JSON, RESULTS_JUNIT };

struct results {
	char title[256];
	char *suite;         /* owned: JUnit's name of the suite */
	struct result *rows; /* owned, `count` of them */
	size_t count;
	const char *overall; /* borrowed: one word */
	int status;          /* the exit status */
	char proof[512];     /* the last sentence */

	/* What follows is results.c's own. */
	FILE *out;
	enum results_format format;
	size_t columns, shown;
	bool watched;  /* standard error is a terminal */
	bool progress; /* and shows how far it is */
	bool titled;
};

/* The format by its name; -1 for any other. */
int results_parse_format(const char *name);

/*
 * Begins to write to the file `path`, or to standard output for NULL; fills all
 * of `*results`. Returns 0, or -1 with errno. results_free() in any case.
 */
int results_open(
	struct results *results, const char *path, enum results_format format);

/*
 * Adds an empty row and returns it, or NULL without memory; it lives until the
 * next is added.
 */
struct result *results_add(struct results *results);

/* Shows what was added since the last time, as text at once. */
void results_show(struct results *results);

/*
 * Shows how far it is: the try `try` of `tries` of `name`; on standard error,
 * and only where that is a terminal.
 */
void results_progress(struct results *results, const char *name, unsigned try,
	unsigned tries);

/*
 * Writes what is left, and ends what results_open() has begun. Returns 0, or -1
 * with errno.
 */
int results_close(struct results *results);

/* Frees the rows. */
void results_free(struct results *results);

/* A kind's name in JSON; never changes. */
const char *results_kind_name(enum result_kind kind);

#endif
