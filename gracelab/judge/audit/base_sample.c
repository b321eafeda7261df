/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One request without a FIN, as long as it takes. */
#include "base.h"

#include "lib/base/duration.h"

/* How often it is looked whether somebody has been silent for long enough. */
#define LOOK_MS 20

/* Who greets does it so soon after the connection, if nobody asks. */
#define GREETING_MS 100

const struct exchange_result *sample_result(const struct sample *sample)
{
	return sample->exchange ? exchange_so_far(sample->exchange)
				: &sample->result;
}

void sample_close(struct base *base, struct sample *sample)
{
	if (sample->exchange)
		pool_finish(
			&base->audit->pool, sample->exchange, &sample->result);
	sample->exchange = NULL;
}

void sample_forget(struct base *base, struct sample *sample)
{
	sample_close(base, sample);
	exchange_forget(&sample->result);
	*sample = (struct sample){ 0 };
}

bool sample_has_ended(const struct sample *sample)
{
	return !sample->exchange || sample_result(sample)->end != END_NOT_YET;
}

int64_t sample_silent_ms(const struct sample *sample)
{
	return exchange_silent_ms(sample->exchange);
}

bool sample_is_settled(const struct base *base, const struct sample *sample)
{
	const struct reply *reply = &sample_result(sample)->reply;
	const struct reply_rule *rule = &base->audit->plan.rule;
	/* What tells its end, or is to, is waited for. */
	bool waits = rule->expect_bytes || rule->until ||
		http_may_be_reply(&reply->http);

	return sample_has_ended(sample) ||
		(reply->bytes &&
			sample_silent_ms(sample) >=
				(waits ? base->timeout_ms : base->quiet_ms));
}

bool base_look(struct base *base)
{
	struct audit *audit = base->audit;

	audit->stopped = !pool_step(&audit->pool, duration_now_ms() + LOOK_MS);
	return !audit->stopped;
}

bool sample_begin(struct base *base, struct sample *sample, bool held)
{
	struct exchange_plan plan = base->audit->plan;

	plan.patience_ms = base->timeout_ms;
	plan.total_ms = BASE_TOTAL_TIMES * base->timeout_ms;
	plan.patient = true;
	plan.held = held;
	*sample = (struct sample){
		.exchange = pool_begin(&base->audit->pool, &plan),
		.begun = true,
	};
	return sample->exchange;
}

bool sample_await(struct base *base, const struct sample *sample)
{
	while (!sample_is_settled(base, sample))
		if (sample_silent_ms(sample) >= base->timeout_ms ||
			!base_look(base))
			return false;
	return true;
}

/* Connects one, and learns whether the server speaks first. */
static bool begin_alone(struct base *base, struct sample *sample)
{
	struct greeting *greeting = &base->audit->plan.greeting;

	for (int i = 0; i < 2; i++) {
		int64_t until_ms = duration_deadline_ms(GREETING_MS);

		if (!sample_begin(base, sample, !greeting->bytes))
			return false;
		while (!greeting->bytes && !sample_has_ended(sample) &&
			(duration_now_ms() < until_ms ||
				!exchange_is_ready(sample->exchange)))
			if (!base_look(base))
				return false;
		if (greeting->bytes || !sample_result(sample)->early.bytes)
			break;
		*greeting = sample_result(sample)->early;
		sample_forget(base, sample);
	}
	exchange_release(sample->exchange);
	return true;
}

bool sample_ask_alone(struct base *base, struct sample *sample, bool fin)
{
	if (!begin_alone(base, sample))
		return false;
	if (!sample_await(base, sample) && fin && !base->audit->stopped &&
		sample_result(sample)->asked && !sample_has_bytes(sample)) {
		exchange_send_fin(sample->exchange);
		sample_await(base, sample);
	}
	/* While it is open it may keep the next one out. */
	sample_close(base, sample);
	return !base->audit->stopped;
}
