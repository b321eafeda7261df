/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a probe's exchange says, against the baseline. Pure. */
#ifndef GRACELAB_VERDICT_H
#define GRACELAB_VERDICT_H

#include "exchange.h"

enum verdict {
	VERDICT_HONOURED,
	VERDICT_HONOURED_RST, /* whole, and then RST: honoured too */
	VERDICT_NO_FIN,       /* whole, and then neither EOF nor RST */
	VERDICT_LOST,         /* nothing, and EOF */
	VERDICT_RESET,        /* nothing, and RST */
	VERDICT_HANG,         /* nothing, and neither */
	VERDICT_TRUNCATED,    /* the beginning of the reply */
	VERDICT_SUBSTITUTED,  /* another reply */
	VERDICT_PEER_DIED,    /* and it took no connection afterwards */
};

/* "HONOURED+RST" and so on; never changes. */
const char *verdict_name(enum verdict verdict);

bool verdict_is_honoured(enum verdict verdict);

/* The reply without FIN, as two exchanges agree on it. */
struct baseline {
	struct exchange_result first; /* one of them */
	uint64_t bytes; /* of the reply; of the body where it is HTTP */
	bool http;
	int status;          /* HTTP's */
	double first_byte_s; /* the sooner of the two */
};

/*
 * Makes a baseline of two exchanges. Returns NULL, or why they are none.
 */
const char *verdict_baseline(const struct exchange_result *one,
	const struct exchange_result *other, struct baseline *baseline);

/*
 * The bytes that count: of the body where the baseline is HTTP, and none where
 * the header is not whole.
 */
uint64_t verdict_bytes(
	const struct exchange_result *result, const struct baseline *baseline);

enum verdict verdict_judge(
	const struct exchange_result *result, const struct baseline *baseline);

#define VERDICT_WHY_SIZE 160

/*
 * Writes why, as far as times and states tell, to `out` (room for
 * VERDICT_WHY_SIZE, terminated); "" where there is nothing to say.
 */
void verdict_why(enum verdict verdict, const struct exchange_result *result,
	const struct baseline *baseline, char *out);

#endif
