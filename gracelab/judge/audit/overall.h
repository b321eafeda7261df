/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What all probes of an audit say together, and what a pass proves. Pure. */
#ifndef GRACELAB_OVERALL_H
#define GRACELAB_OVERALL_H

#include "report.h"

/* "HONOURS" and so on; never changes. */
const char *overall_name(enum audit_overall overall);

/* The exit status. */
int overall_status(enum audit_overall overall);

/* Whether anything was asked for that is judged. */
bool overall_is_asked(const struct audit_options *options);

/*
 * Fills in `overall` and `proof` from the findings; `interrupted`: there would
 * have been more of them.
 */
void conclude(const struct audit_options *options, struct audit_report *report,
	bool interrupted);

#endif
