/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goldens: transcripts that were recorded, and that a play is compared with. */
#ifndef GRACELAB_GOLDEN_H
#define GRACELAB_GOLDEN_H

#include <stdbool.h>

#include "record.h"

/* The record's transcript as text; the caller frees it. NULL: no memory. */
char *golden_text(const struct record *record);

enum golden_result { GOLDEN_SAME, GOLDEN_DIFFERS, GOLDEN_MISSING };

/*
 * Compares a record with the golden in `path`, as far as was observed, the
 * system's name aside. Where it differs, `*diff` is a unified diff, for the
 * caller to free. `*other_system` is the golden's system where that is
 * another one, for the caller to free, else NULL. GOLDEN_MISSING with errno.
 */
enum golden_result golden_compare(const char *path, const struct record *record,
	char **diff, char **other_system);

/* Writes the golden whole or not at all. Returns 0, or -1 with errno. */
int golden_write(const char *path, const char *text);

#endif
