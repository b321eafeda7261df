/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Probes a server for what it does with a half-closed connection. */
#ifndef GRACELAB_AUDIT_H
#define GRACELAB_AUDIT_H

#include "report.h"

/* Plays the baseline and every chosen probe; report_forget() frees. */
void audit_run(
	const struct audit_options *options, struct audit_report *report);

#endif
