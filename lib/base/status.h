/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the exit status has to tell. */
#ifndef GRACE_STATUS_H
#define GRACE_STATUS_H

#include <stdbool.h>

/* Zero-initialised: all is well so far. */
struct status {
	bool failed;    /* 1: something that was asked could not be done */
	bool misused;   /* 2: a line was no command, or not at this time */
	bool timed_out; /* 4: a wait ended without what it waited for */
	bool broken;    /* 3: reset, given up on, or EPIPE not of our doing */
};

enum {
	STATUS_ORDER = 0,
	STATUS_FAILURE = 1,
	STATUS_USAGE = 2,
	STATUS_BROKEN = 3,
	STATUS_TIMEOUT = 4,
};

/* The exit status: of several troubles the one named first above. */
static inline int status_exit(const struct status *status)
{
	return status->failed       ? STATUS_FAILURE
		: status->misused   ? STATUS_USAGE
		: status->timed_out ? STATUS_TIMEOUT
		: status->broken    ? STATUS_BROKEN
				    : STATUS_ORDER;
}

#endif
