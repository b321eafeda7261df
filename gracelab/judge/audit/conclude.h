/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What all probes of an audit say together, and what a pass proves. Pure. */
#ifndef GRACELAB_CONCLUDE_H
#define GRACELAB_CONCLUDE_H

#include "audit.h"

/* "HONOURS" and so on; never changes. */
const char *conclude_name(enum audit_overall overall);

/* The exit status. */
int conclude_status(enum audit_overall overall);

/* Fills in `overall` and `proof` from the findings. */
void conclude(struct audit_report *report);

#endif
