/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What Tab completes: commands, their words, numbers of connections, paths. */
#ifndef GRACE_COMPLETE_H
#define GRACE_COMPLETE_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/side.h"

/* The connections that there are; `next` may be NULL. */
struct complete_numbers {
	/* The least number greater than `number`, or 0. */
	unsigned (*next)(void *context, unsigned number);
	void *context;
};

/* What a program completes that reads other lines than the two sides do. */
struct complete_own {
	/*
	 * The word number `index`, from 0, that may stand at the offset `start`
	 * of the line; valid until the next call. NULL: there are no more. NULL
	 * in place of the function: a side's commands are completed.
	 */
	const char *(*word)(
		void *context, const char *line, size_t start, size_t index);
	/* Whether a path may stand there, where no word fits. */
	bool (*takes_path)(void *context, const char *line, size_t start);
	void *context;
};

/* Has readline complete that side's commands, or the program's own words. */
void complete_begin(enum side side, const struct complete_numbers *numbers,
	const struct complete_own *own);

#endif
