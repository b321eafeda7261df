/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Outcomes: the words for what must be seen, and what was. */
#ifndef GRACELAB_OUTCOME_H
#define GRACELAB_OUTCOME_H

#include "experiment.h"
#include "scan.h"

/* Takes an outcome from a line. */
bool outcome_scan(struct scan *scan, struct outcome *outcome);

/* Whether what was seen is what must be seen. */
bool outcome_equal(const struct outcome *a, const struct outcome *b);

/* Room for outcome_text() of a text that is cut. */
#define OUTCOME_TEXT_SIZE 1024

/* Writes the outcome as a file has it to `out` (OUTCOME_TEXT_SIZE). */
void outcome_text(const struct outcome *outcome, char *out);

#endif
