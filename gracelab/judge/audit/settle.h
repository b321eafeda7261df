/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From the tries of a probe to its finding. */
#ifndef GRACELAB_SETTLE_H
#define GRACELAB_SETTLE_H

#include "tries.h"

/*
 * Judges the tries of a judged probe, and fills in its finding. Where any is
 * bad, the same is played without a FIN as often (`control`, or NULL: the
 * condition has had its control), since only the difference is the FIN's doing:
 * what fails as often without one is not held against it, and what these
 * replies look like adds to the baseline. The tries are freed.
 *
 * True where requests without a FIN failed side by side: the probe is to be
 * played again, one try after the other, as everything is from then on.
 */
bool settle(struct audit *audit, enum audit_id id, struct tries *tries,
	const struct exchange_plan *control);

/* How many of the tries prove something. */
unsigned settle_count(const struct audit *audit, const struct tries *tries);

#endif
