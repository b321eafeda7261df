/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What all probes of an audit say together, and what a pass proves. Pure. */
#ifndef GRACELAB_OVERALL_H
#define GRACELAB_OVERALL_H

#include "audit.h"

/* "HONOURS" and so on; never changes. */
const char *overall_name(enum audit_overall overall);

/* The exit status. */
int overall_status(enum audit_overall overall);

/* Fills in `overall` and `proof` from the findings. */
void overall_conclude(struct audit_report *report);

#endif
