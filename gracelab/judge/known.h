/* SPDX-License-Identifier: GPL-3.0-or-later */
/* --baseline FILE: what is known to fail, so that only what is new does. */
#ifndef GRACELAB_KNOWN_H
#define GRACELAB_KNOWN_H

#include <stdbool.h>
#include <stddef.h>

#include "result.h"

struct known_finding {
	const char *id;      /* borrowed from the text */
	const char *verdict; /* ... or NULL: any that is bad */
	unsigned line;
};

struct known {
	const char *path;               /* borrowed */
	char *text;                     /* owned */
	struct known_finding *findings; /* owned, `count` of them */
	size_t count;
};

/* Room for a message, terminated. */
#define KNOWN_ERROR_SIZE 256

/*
 * Reads a file of lines `ID` or `ID VERDICT`, with empty ones and `#` comments.
 * `is_id` and `is_verdict` (or NULL: no verdict may stand there) say what there
 * is. False, with file, line and what is wrong in `error`. known_free() in any
 * case.
 */
bool known_read(struct known *known, const char *path,
	bool (*is_id)(const void *context, const char *word),
	bool (*is_verdict)(const char *word), const void *context, char *error);

/* Whether a row is bad, and known to be. `known` may be NULL. */
bool known_has(const struct known *known, const struct result *row);

/*
 * Weighs what was found: where all that is bad is known, the status is that of
 * order and the last word KNOWN. What is known, new, and no longer fails goes
 * to the notes and to the data of the results.
 */
void known_conclude(const struct known *known, struct results *results);

void known_free(struct known *known);

#endif
