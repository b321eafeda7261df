/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What replies look like to one who sends no FIN. Pure. */
#ifndef GRACELAB_BASELINE_H
#define GRACELAB_BASELINE_H

#include "gracelab/judge/exchange/plan.h"

enum whole_by {
	WHOLE_BY_EXPECT, /* --expect */
	WHOLE_BY_HTTP,   /* its framing */
	WHOLE_BY_UNTIL,  /* --until */
	WHOLE_BY_EOF,    /* the baseline ended with a FIN */
	WHOLE_BY_LENGTH, /* the baselines were silent after as many bytes */
	WHOLE_UNKNOWN, /* ... after other numbers of them: it cannot be told */
};

struct baseline {
	enum whole_by by;
	struct reply first;
	int status;       /* HTTP's; 0: it is none */
	bool notified;    /* TLS: close_notify has ended all samples */
	bool until_close; /* only the end of the connection ends its body */
	/* Of the body where it is HTTP, else of all that came. */
	uint64_t least_bytes, most_bytes;
	bool same_bytes;     /* all samples agree byte for byte */
	size_t common_bytes; /* so much of their beginnings is the same */
	double first_byte_s; /* from the request to the first byte, the least */
	double think_s;      /* ... without the way of a segment and back */
	double drawn_s;      /* from the first byte to the last, the most */
	double longest_s;    /* the longest silence between them */
	double most_s;       /* from the request to the end, the longest */
	/* It answers only at EOF: the baseline is a late FIN's, and times are
	 * from there. */
	bool gated;
};

/*
 * Begins with a first sample, or adds one that came in the same way. A gated
 * baseline is of replies to a late FIN.
 */
void baseline_begin(struct baseline *baseline, enum whole_by by,
	const struct exchange_result *result);
void baseline_add(
	struct baseline *baseline, const struct exchange_result *result);

/* True where all samples have as many bytes. */
static inline bool baseline_has_length(const struct baseline *baseline)
{
	return baseline->least_bytes == baseline->most_bytes;
}

/*
 * Whether an exchange without a FIN (or, gated, with a late one) gave a whole
 * reply by the baseline's way of telling, and with its status.
 */
bool baseline_is_met(
	const struct baseline *baseline, const struct exchange_result *result);

/* The bytes that count: of the body where the baseline is HTTP. */
uint64_t baseline_bytes(
	const struct baseline *baseline, const struct exchange_result *result);

/*
 * Whether a reply is all that HTTP says of it, with the baseline's status;
 * `ended`: the connection did, in order. An empty body is none of those that
 * end with the connection.
 */
bool baseline_is_whole_http(const struct baseline *baseline,
	const struct exchange_result *result, bool ended);

/* Whether a reply begins as all samples do, as far as these agree. */
bool baseline_begins_alike(
	const struct baseline *baseline, const struct reply *reply);

#endif
