/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The baseline while it is taken, for the files that take it. */
#ifndef GRACELAB_BASE_H
#define GRACELAB_BASE_H

#include "audit_inside.h"

/* A reply that goes on for so many time-outs is endless. */
#define BASE_TOTAL_TIMES 12

/* A request without a FIN, unless one had to be sent. */
struct sample {
	struct exchange *exchange;     /* while it is open */
	struct exchange_result result; /* afterwards */
	bool begun;
};

struct base {
	struct audit *audit;
	struct sample held, asked, third;
	int64_t timeout_ms, quiet_ms;
	int64_t gate_ms;     /* without a reply for so long, a FIN is tried */
	bool answered_first; /* asked was, while held said nothing */
};

/* Lets all go on for a while; false where a signal came. */
bool base_look(struct base *base);

/* What has come so far. */
const struct exchange_result *sample_result(const struct sample *sample);

static inline bool sample_has_bytes(const struct sample *sample)
{
	return sample->begun && sample_result(sample)->reply.bytes;
}

static inline bool sample_has_fin(const struct sample *sample)
{
	return sample->begun && sample_result(sample)->fin_s >= 0;
}

/* Begins one; `held`: its request waits. False without memory. */
bool sample_begin(struct base *base, struct sample *sample, bool held);

/* Whether it has ended, or says no more; how long it has said nothing. */
bool sample_has_ended(const struct sample *sample);
bool sample_is_settled(const struct base *base, const struct sample *sample);
int64_t sample_silent_ms(const struct sample *sample);

/* Waits until it is settled; false if it is silent for too long. */
bool sample_await(struct base *base, const struct sample *sample);

/*
 * One by itself, from its beginning to its end; `fin`: with a FIN where it is
 * silent without. False where a signal came.
 */
bool sample_ask_alone(struct base *base, struct sample *sample, bool fin);

/* Closes it and keeps its result, until sample_forget(). */
void sample_close(struct base *base, struct sample *sample);
void sample_forget(struct base *base, struct sample *sample);

enum base_step {
	BASE_GO_ON,
	BASE_AGAIN,   /* with what was learned: a greeting */
	BASE_IN_TURN, /* it takes no second connection beside the first */
	BASE_FAILED,  /* the report says why, unless a signal came */
	BASE_TAKEN,
};

/*
 * Makes the baseline of two samples that came in the same way, and says what
 * it is. One that is still open beside them, `watch` (or NULL), is watched on.
 */
enum base_step base_make(struct base *base, const struct exchange_result *one,
	const struct exchange_result *other, struct sample *watch);

/* Says why there is none; `result` is what came of a request, or NULL. */
enum base_step base_fail(
	struct base *base, const struct exchange_result *result);

#endif
