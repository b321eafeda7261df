/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a call may give, to look for it in orders. */
#ifndef GRACELAB_EXPLORE_FIND_H
#define GRACELAB_EXPLORE_FIND_H

#include <stdbool.h>

#include "lib/event/event.h"

struct find {
	char call[16]; /* "" is any */
	int error;     /* an errno; 0: EOF */
};

/*
 * Reads `EPIPE`, `send EPIPE` or `eof`; SIGPIPE is EPIPE of send(2). False for
 * any other text.
 */
bool find_parse(struct find *find, const char *text);

/* Whether the event is what is looked for. */
bool find_is(const struct find *find, const struct event *event);

#endif
