/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a try with a FIN says beside replies without one. Pure. */
#ifndef GRACELAB_COMPARE_H
#define GRACELAB_COMPARE_H

#include "baseline.h"

/* How a whole reply is told from a part of one: the best way there is. */
enum verdict {
	VERDICT_HONOURED,
	VERDICT_HONOURED_RST, /* whole, and then RST: honoured too */
	VERDICT_UNPROVED,     /* nothing can be told */
	VERDICT_NO_FIN,       /* whole, and then neither EOF nor RST */
	VERDICT_LOST,         /* nothing, and EOF */
	VERDICT_RESET,        /* nothing, and RST */
	VERDICT_HANG,         /* nothing, and neither */
	VERDICT_TRUNCATED,    /* the beginning of the reply */
	VERDICT_SUBSTITUTED,  /* another reply */
	VERDICT_PEER_DIED,    /* it takes no connection any more */
};

#define VERDICTS (VERDICT_PEER_DIED + 1)

/* "HONOURED+RST" and so on; never changes. */
const char *verdict_name(enum verdict verdict);

/* What a try with this verdict is counted as: "whole", "lost", "cut". */
const char *verdict_outcome(enum verdict verdict);

static inline bool verdict_is_honoured(enum verdict verdict)
{
	return verdict <= VERDICT_HONOURED_RST;
}

static inline bool verdict_is_bad(enum verdict verdict)
{
	return verdict > VERDICT_UNPROVED;
}

/* Whether it is the name of a bad one. */
bool verdict_is_bad_name(const char *word);

enum verdict compare(
	const struct baseline *baseline, const struct exchange_result *result);

/*
 * Whether an honoured try proves something: its FIN came before the reply, or
 * before its end, and the server could know.
 */
bool compare_counts(const struct exchange_result *result);

/*
 * How long after the FIN the server thought, to the reply's first byte, and how
 * long it went on, over all pauses of the reply; 0: no time that can be told
 * from the way of a segment.
 */
double compare_thought_s(const struct exchange_result *result);
double compare_went_on_s(const struct exchange_result *result);

#endif
