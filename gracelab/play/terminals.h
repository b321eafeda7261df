/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What stands around the ladder: names above it, both terminals below. */
#ifndef GRACELAB_TERMINALS_H
#define GRACELAB_TERMINALS_H

#include "gracelab/experiment/experiment.h"
#include "gracelab/record/record.h"

/* Begins a record with the experiment's texts and the system's name. */
void terminals_name(struct record *record, const struct experiment *experiment);

/*
 * What a side's terminal showed (NULL: nothing), but for the line that says
 * where the server listens. The caller frees it; NULL without memory.
 */
char *terminals_text(enum side side, const char *shown);

/*
 * Notes how many lines of terminals_text() an actor's terminal has by now: at
 * the last call of its side among the rungs from `first` on, else at the last
 * rung there is. Nothing where it has not grown.
 */
void terminals_count(
	struct record *record, size_t first, unsigned who, const char *shown);

/*
 * Where a program has shown the server's `address` and a hidden port, puts the
 * loopback's in its place, so that both can be compared; address and
 * 127.0.0.1 are of one length.
 */
void terminals_as_on_loopback(char *text, const char *address);

#endif
