/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Why a reply was lost, as far as times and states tell. Pure. */
#ifndef GRACELAB_CAUSE_H
#define GRACELAB_CAUSE_H

#include "compare.h"

/*
 * When the peer ended what it owed a reply: the least of several tries, since
 * everything that delays it comes on top.
 */
struct cause_times {
	double after_fin_s; /* between our FIN's arrival and its own leaving */
	double after_request_s;
	/* No kernel has told when: both are at most so long, as we saw it. */
	bool untimed;
};

/* Adds a try; `*times` begins with both -1. */
void cause_add(struct cause_times *times, const struct exchange_result *result);

enum cause {
	CAUSE_UNKNOWN, /* it ended when the reply was due; or who knows when */
	CAUSE_AT_ONCE, /* it closes, or resets, on FIN */
	CAUSE_AFTER,   /* it gives up some time after the FIN */
	CAUSE_DROPPED, /* it runs the request, and drops the reply */
};

/*
 * What ended it. `other` is the same with the FIN at another time, which tells
 * a clock that begins with the FIN from one that begins with the request; NULL:
 * not known.
 */
enum cause cause_of(const struct baseline *baseline,
	const struct cause_times *times, const struct cause_times *other);

/*
 * Writes why a try got this verdict to `out` (`room` bytes, terminated); "" if
 * there is nothing to say. `cause` and `times` are of LOST and RESET alone.
 */
void cause_say(enum verdict verdict, const struct baseline *baseline,
	const struct exchange_result *result, enum cause cause,
	const struct cause_times *times, char *out, size_t room);

/* What is known to help, or NULL; never changes. */
const char *cause_remedy(enum verdict verdict, enum cause cause,
	const struct cause_times *times, const struct baseline *baseline);

#endif
