/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What Tab completes: commands, their words, numbers of connections, paths. */
#ifndef GRACE_COMPLETE_H
#define GRACE_COMPLETE_H

#include "lib/base/side.h"

/* The connections that there are; `next` may be NULL. */
struct complete_numbers {
	/* The least number greater than `number`, or 0. */
	unsigned (*next)(void *context, unsigned number);
	void *context;
};

/* Has readline complete that side's commands from now on. */
void complete_begin(enum side side, const struct complete_numbers *numbers);

#endif
