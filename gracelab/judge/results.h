/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What an audit or a proxy's checks have found: as a table that grows while
 * they are played, as JSON, or as JUnit.
 */
#ifndef GRACELAB_RESULTS_H
#define GRACELAB_RESULTS_H

#include "result.h"

/* The format by its name; -1 for any other. */
int results_parse_format(const char *name);

/*
 * Begins to write to the file `path`, or to standard output for NULL; fills all
 * of `*results`. Returns 0, or -1 with errno. results_free() in any case.
 */
int results_open(
	struct results *results, const char *path, enum results_format format);

/* JUnit goes to the file `path` besides. Returns 0, or -1 with errno. */
int results_open_junit(struct results *results, const char *path);

/* Before the first row: one of this name may come, and has room. */
void results_expect(struct results *results, const char *name);

/*
 * Adds an empty row and returns it, or NULL without memory; it lives until the
 * next is added.
 */
struct result *results_add(struct results *results);

/*
 * Takes back all rows, of which some may have been shown: `why` says so, in a
 * line of text.
 */
void results_restart(struct results *results, const char *why);

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

/* The same of results_open_junit(), if that was called. */
int results_close_junit(struct results *results);

/* Frees the rows. */
void results_free(struct results *results);

#endif
