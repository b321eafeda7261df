/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is made of a subject's calls: which are told, and of which hop. */
#ifndef GRACELAB_JUDGE_TELLING_H
#define GRACELAB_JUDGE_TELLING_H

#include "gracelab/trace/tracing.h"
#include "joints.h"
#include "told.h"

struct telling {
	struct teller_plan plan;
	struct tracer tracer;
	pid_t child; /* whose end is that of all */
	bool over;   /* it has come */
	bool forgot; /* there was no room for something; not told yet */
	struct joints joints;
};

void telling_begin(
	struct telling *telling, const struct teller_plan *plan, pid_t child);
void telling_end(struct telling *telling);

#endif
