/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Takes the baseline: two requests without a FIN. While the first is worked on,
 * the second is connected and silent, which shows whether the server greets
 * who says nothing, and whether one connection keeps another from its reply.
 */
#include "base.h"

#include "lib/base/duration.h"

/* Longer than this the second request does not wait for the first reply. */
#define HELD_MS 400

/* Nor longer than this the first, once the second has its reply. */
#define LEFT_MS 600

/* By so much a greeting may come after another's reply. */
#define GREETING_MS 50

/*
 * A reply of no known end is over for now after this silence; one connection is
 * left open beside the probes, to see whether more comes.
 */
#define QUIET_MS 400

/* By so much longer a reply takes to one that waits for another's end. */
#define IN_TURN_TIMES 1.5
#define IN_TURN_S     0.2

/*
 * After so long without a reply to the first, nor for half of it to the second,
 * that sends a FIN. A server that a FIN kills has not had its baseline then; so
 * it is not soon.
 */
#define GATED_AFTER_MS 900

/* `most_ms`, but no more than half a time-out. */
static int64_t at_most(const struct base *base, int64_t most_ms)
{
	return base->timeout_ms < 2 * most_ms ? base->timeout_ms / 2 : most_ms;
}

/* Connects the one that is held, and asks by the other. */
static enum base_step open_both(struct base *base)
{
	struct sample *held = &base->held;

	if (!sample_begin(base, held, true))
		return base_fail(base, NULL);
	while (!sample_has_ended(held) && !exchange_is_ready(held->exchange))
		if (!base_look(base))
			return BASE_FAILED;
	if (sample_has_ended(held))
		return sample_result(held)->connected &&
				!base->audit->plan.preamble
			? BASE_IN_TURN
			: base_fail(base, sample_result(held));
	return sample_begin(base, &base->asked, false) ? BASE_GO_ON
						       : base_fail(base, NULL);
}

/* Until the first has its reply, or will not have it before the second. */
static enum base_step watch_held(struct base *base)
{
	struct sample *held = &base->held, *asked = &base->asked;
	int64_t until_ms = duration_deadline_ms(at_most(base, HELD_MS));

	while (!sample_has_bytes(asked) && !sample_has_ended(asked) &&
		!sample_has_ended(held) && duration_now_ms() < until_ms)
		if (!base_look(base))
			return BASE_FAILED;
	base->answered_first = sample_has_bytes(asked);
	base->audit->stopped = !pool_rest(&base->audit->pool, GREETING_MS);
	if (base->audit->stopped)
		return BASE_FAILED;
	const struct greeting *early = &sample_result(held)->early;

	if (early->bytes) {
		base->audit->plan.greeting = *early;
		return BASE_AGAIN;
	}
	/* It does not keep a second one that says nothing. */
	return sample_has_ended(held) ? BASE_IN_TURN : BASE_GO_ON;
}

/* How long nothing has happened to either that is open. */
static int64_t both_silent_ms(const struct base *base)
{
	int64_t held_ms = sample_silent_ms(&base->held);
	int64_t asked_ms = sample_silent_ms(&base->asked);

	return held_ms < asked_ms ? held_ms : asked_ms;
}

/* A third, with a FIN: does it have its reply while the first has none? */
static void begin_third(struct base *base)
{
	struct exchange_plan plan = base->audit->plan;

	plan.patience_ms = 2 * base->timeout_ms;
	plan.fin = FIN_LATE;
	plan.fin_after_ms = AUDIT_GATE_MS;
	sample_forget(base, &base->third);
	base->third = (struct sample){
		.exchange = pool_begin(&base->audit->pool, &plan),
		.begun = true,
	};
}

/* Both have waited for long: the second sends its FIN, the third comes. */
static void try_gate(struct base *base)
{
	struct sample *held = &base->held;

	if (sample_silent_ms(&base->asked) < base->gate_ms ||
		sample_silent_ms(held) < base->gate_ms / 2 ||
		sample_has_bytes(held) || sample_has_ended(held) ||
		sample_has_fin(held))
		return;
	exchange_send_fin(held->exchange);
	begin_third(base);
}

/*
 * Until both are settled. If neither has a byte, the one that was held sends
 * its FIN: the end may be what the server waits for.
 */
static enum base_step settle_both(struct base *base)
{
	struct sample *held = &base->held, *asked = &base->asked;

	exchange_release(held->exchange);
	while (!sample_is_settled(base, held) ||
		!sample_is_settled(base, asked)) {
		bool waits =
			!sample_has_bytes(asked) && !sample_has_ended(asked);
		bool done =
			sample_has_bytes(held) && sample_is_settled(base, held);
		bool long_ago = both_silent_ms(base) >= at_most(base, LEFT_MS);

		if (waits)
			try_gate(base);
		if (waits && done && sample_has_fin(held))
			break;
		/* It may be served once the other has gone. */
		if (waits && done && long_ago && !sample_has_ended(held))
			return BASE_IN_TURN;
		if (both_silent_ms(base) >= base->timeout_ms)
			break;
		if (!base_look(base))
			return BASE_FAILED;
	}
	return BASE_GO_ON;
}

static bool is_gated(const struct sample *sample)
{
	return sample_has_fin(sample) && sample_has_bytes(sample) &&
		!sample_result(sample)->bytes_at_fin;
}

/* The first had to wait for the second, which came later but was let in first.
 */
static void note_in_turn(struct base *base, bool gated)
{
	double alone_s = sample_result(&base->held)->first_byte_s;

	if (!gated && !base->answered_first && sample_has_bytes(&base->held) &&
		sample_result(&base->asked)->first_byte_s >
			IN_TURN_TIMES * alone_s + IN_TURN_S)
		base->audit->jobs = 1;
}

/* Where one is served after the other, it would stand before the next. */
static void end_third(struct base *base)
{
	int64_t until_ms = duration_deadline_ms(base->timeout_ms);

	while (base->third.exchange && !sample_is_settled(base, &base->third) &&
		duration_now_ms() < until_ms)
		if (!base_look(base))
			break;
	sample_close(base, &base->third);
}

/* The baseline of these two, of which one may have to be asked again. */
static enum base_step make_of_both(struct base *base)
{
	struct sample *held = &base->held, *asked = &base->asked;
	bool gated = is_gated(held) && is_gated(asked);

	note_in_turn(base, gated);
	if (!gated && sample_has_fin(held) && sample_has_bytes(asked)) {
		sample_forget(base, held);
		end_third(base);
		if (!sample_ask_alone(base, held, false))
			return BASE_FAILED;
	}
	note_in_turn(base, gated);
	base->audit->report->baseline.gated = gated;
	return base_make(base, sample_result(asked), sample_result(held),
		base->audit->jobs > 1 ? asked : NULL);
}

static enum base_step take_in_turn(struct base *base)
{
	sample_forget(base, &base->held);
	sample_forget(base, &base->asked);
	sample_forget(base, &base->third);
	base->quiet_ms = base->timeout_ms;
	if (!sample_ask_alone(base, &base->asked, true))
		return BASE_FAILED;
	if (!sample_has_bytes(&base->asked))
		return base_fail(base, sample_result(&base->asked));
	if (!sample_ask_alone(base, &base->held, true))
		return BASE_FAILED;
	return make_of_both(base);
}

/* Whether the third had its reply by its FIN, and the first has none yet. */
static bool third_is_gated(struct base *base)
{
	const struct exchange_result *held = sample_result(&base->held);
	struct sample *third = &base->third;
	double reply_s = held->first_byte_s - held->fin_s;
	int64_t until_ms =
		duration_deadline_ms((int64_t)(2000 * reply_s) + LEFT_MS);

	while (third->exchange && !sample_is_settled(base, third) &&
		!sample_has_bytes(&base->asked) && duration_now_ms() < until_ms)
		if (!base_look(base))
			break;
	return is_gated(third) && !sample_has_bytes(&base->asked);
}

/* One that may have been one too many beside two is asked again. */
static bool is_refused(const struct base *base)
{
	return !base->audit->stopped && !sample_has_bytes(&base->third) &&
		!sample_has_bytes(&base->asked) &&
		sample_result(&base->third)->end != END_NOT_YET;
}

static bool confirm_gate(struct base *base)
{
	if (third_is_gated(base))
		return true;
	if (!is_refused(base))
		return false;
	begin_third(base);
	return third_is_gated(base);
}

/* The held one's reply came after its FIN, and the other's does not come. */
static enum base_step take_gated(struct base *base)
{
	struct sample *asked = &base->asked;

	sample_close(base, &base->held);
	if (confirm_gate(base)) {
		sample_close(base, &base->third);
		base->audit->report->baseline.gated = true;
		return base_make(base, sample_result(&base->held),
			sample_result(&base->third), asked);
	}
	if (base->audit->stopped)
		return BASE_FAILED;
	/* It may be the one that is served now, and that waits for its end. */
	if (!sample_await(base, asked) && !base->audit->stopped &&
		!sample_has_bytes(asked)) {
		base->audit->jobs = 1;
		exchange_send_fin(asked->exchange);
		sample_await(base, asked);
	}
	sample_close(base, asked);
	if (base->audit->stopped)
		return BASE_FAILED;
	return make_of_both(base);
}

static enum base_step take_side_by_side(struct base *base)
{
	enum base_step step = open_both(base);

	if (step == BASE_GO_ON)
		step = watch_held(base);
	if (step != BASE_GO_ON)
		return step;
	step = settle_both(base);
	if (step != BASE_GO_ON)
		return step;
	bool held = sample_has_bytes(&base->held);
	bool asked = sample_has_bytes(&base->asked);

	if (is_gated(&base->held) && !asked)
		return take_gated(base);
	if (!asked && !held)
		return base_fail(base, sample_result(&base->asked));
	if (!asked || (!held && !sample_has_fin(&base->held)))
		return BASE_IN_TURN;
	return make_of_both(base);
}

bool audit_take_baseline(struct audit *audit, bool thorough)
{
	const struct audit_options *options = audit->options;
	struct base base = {
		.audit = audit,
		.timeout_ms = options->timeout_ms,
		.quiet_ms = thorough || options->timeout_said
			? options->timeout_ms
			: QUIET_MS,
		.gate_ms = thorough || options->timeout_ms < GATED_AFTER_MS
			? options->timeout_ms
			: GATED_AFTER_MS,
	};
	enum base_step step = BASE_AGAIN;

	audit->report->baseline = (struct baseline){ 0 };
	audit->plan.rule.known_bytes = 0;
	for (int i = 0; step == BASE_AGAIN && i < 2; i++) {
		sample_forget(&base, &base.held);
		sample_forget(&base, &base.asked);
		sample_forget(&base, &base.third);
		audit_progress(audit, "base", 1, 2);
		step = audit->jobs > 1 ? take_side_by_side(&base)
				       : take_in_turn(&base);
		if (step == BASE_IN_TURN) {
			audit->jobs = 1;
			step = take_in_turn(&base);
		}
	}
	sample_forget(&base, &base.held);
	sample_forget(&base, &base.asked);
	sample_forget(&base, &base.third);
	audit->report->has_baseline = step == BASE_TAKEN;
	if (audit->stopped)
		audit->report->overall = AUDIT_INTERRUPTED;
	else if (step != BASE_TAKEN)
		audit->report->overall = AUDIT_NO_BASELINE;
	return step == BASE_TAKEN;
}
