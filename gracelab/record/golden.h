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
 * Compares a record with the golden in `path`, as far as was observed, its
 * foot aside, which names systems. Where it differs, `*diff` is a unified diff,
 * for the caller to free. `*other_system` is that foot where the golden was
 * neither recorded nor confirmed on the record's system, for the caller to
 * free, else NULL. GOLDEN_MISSING with errno.
 */
enum golden_result golden_compare(const char *path, const struct record *record,
	char **diff, char **other_system);

/*
 * A unified diff of two texts by diff(1), or a line that says that it did not
 * run. The caller frees it; NULL: no memory.
 */
char *golden_diff(const char *old_label, const char *old, const char *new_label,
	const char *played);

/*
 * Writes the golden whole or not at all. What others have confirmed stays so
 * where the same transcript stands there already. Returns 0, or -1 with errno.
 */
int golden_write(const char *path, const char *text);

/*
 * Adds a system, "Linux 6.1", to the foot of a golden that a whole play there
 * has given: "Linux 6.18, confirmed on 6.1". Returns 1; 0 if the foot said so
 * already; -1 with errno.
 */
int golden_confirm(const char *path, const char *system);

#endif
