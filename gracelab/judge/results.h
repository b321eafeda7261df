/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an audit has found, as a table, JSON or JUnit. */
#ifndef GRACELAB_RESULTS_H
#define GRACELAB_RESULTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

enum result_kind { RESULT_GOOD, RESULT_BAD, RESULT_REPORTED, RESULT_SKIPPED };

struct result {
	const char *name; /* borrowed */
	enum result_kind kind;
	const char *verdict; /* borrowed: one word */
	char measured[64];   /* "0 of 65536 bytes" */
	char why[240];
	json_t *data; /* owned: what is measured, for JSON; or NULL */
	char *ladder; /* owned: what was seen, for a report; or NULL */
};

struct results {
	char title[256];
	struct result *rows; /* owned, `count` of them */
	size_t count;
	const char *overall; /* borrowed: one word */
	int status;          /* the exit status */
	char proof[240];
};

enum results_format { RESULTS_TEXT, RESULTS_JSON, RESULTS_JUNIT };

/* The format by its name; -1 for any other. */
int results_parse_format(const char *name);

/* Adds an empty row and returns it, or NULL without memory. */
struct result *results_add(struct results *results);

void results_write(
	FILE *out, const struct results *results, enum results_format format);

/*
 * Writes to the file `path`, or to standard output for NULL. Returns 0, or -1
 * with errno.
 */
int results_save(const char *path, const struct results *results,
	enum results_format format);

void results_free(struct results *results);

#endif
