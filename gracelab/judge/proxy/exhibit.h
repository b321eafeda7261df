/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a check has shown, as ladders and as data. */
#ifndef GRACELAB_EXHIBIT_H
#define GRACELAB_EXHIBIT_H

#include "run_inside.h"

/*
 * Adds the ladders of the trial's control and of its first try that failed, if
 * there is one, to a row that has its data.
 */
void exhibit_draw(
	const struct run *run, struct result *row, const struct trial *trial);

/* Adds the ladder of the plain connection that was played last. */
void exhibit_draw_plain(const struct run *run, struct result *row);

/*
 * Whether the proxy's own calls are among what is shown, and why not, or not
 * all, as members `calls` and `calls_why`; NULL where nobody could look at
 * them, since it was running already.
 */
json_t *exhibit_calls(const struct run *run);

/* Gives the row its data: the check's tries, by outcome and by part. */
void exhibit_data(const struct run *run, struct result *row, enum check_id id,
	const struct tally *tally);

#endif
