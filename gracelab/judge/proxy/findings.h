/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the trials of a check amount to, as a row of the results. */
#ifndef GRACELAB_FINDINGS_H
#define GRACELAB_FINDINGS_H

#include "run_inside.h"

/* Adds the check's row, once, and shows it. */
void findings_show(struct run *run, enum check_id id);

/* Whether it has a verdict, and is not only reported. */
bool findings_is_judged(const struct run *run, enum check_id id);

/* Whether all of its tries that failed were whole, but for their end. */
bool findings_is_endless(const struct run *run, enum check_id id);

/* Whether they were whole, but ended by FIN alone, without close_notify. */
bool findings_is_bare(const struct run *run, enum check_id id);

/* Whether all that fails in it fails without a FIN too. */
bool findings_fail_anyway(const struct run *run, enum check_id id);

/* Whether it fails without the proxy. */
bool findings_lack_control(const struct run *run, enum check_id id);

/* Sets what a row says first. */
void findings_set(
	struct result *row, enum result_kind kind, const char *verdict);

/* Adds to its reason, as far as there is room; printf(3)'s format. */
void findings_say(struct result *row, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
