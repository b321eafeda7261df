/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tries.h"

#include <stdlib.h>

#include "lib/base/duration.h"

/* A try that takes longer than two replies, and this, may be one that hangs. */
#define OVERDUE_MS 500

struct round {
	struct audit *audit;
	const struct exchange_plan *plan;
	struct exchange *running[POOL_MOST]; /* `count` of them */
	size_t count;
	unsigned limit; /* of those side by side */
	int64_t overdue_ms;
	struct tries *tries;
	size_t before; /* how many results others gave */
};

static bool add(struct tries *tries, const struct exchange_result *result)
{
	struct exchange_result *results = reallocarray(
		tries->results, tries->count + 1, sizeof(*results));

	if (!results)
		return false;
	tries->results = results;
	results[tries->count++] = *result;
	return true;
}

static void take_out(
	struct round *round, size_t i, struct exchange_result *result)
{
	pool_finish(&round->audit->pool, round->running[i], result);
	round->running[i] = round->running[--round->count];
}

/* Calls off all but `left` of those under way. */
static void call_off(struct round *round, size_t left)
{
	struct exchange_result result;

	while (round->count > left) {
		take_out(round, round->count - 1, &result);
		exchange_forget(&result);
	}
}

static void reap(struct round *round)
{
	struct exchange_result result;

	for (size_t i = round->count; i-- > 0;) {
		if (exchange_so_far(round->running[i])->end == END_NOT_YET)
			continue;
		take_out(round, i, &result);
		if (!add(round->tries, &result))
			exchange_forget(&result);
	}
}

/* Whether all so far have cost the time-out, and agree. */
static bool all_hang(const struct round *round)
{
	const struct baseline *baseline = &round->audit->report->baseline;
	const struct tries *tries = round->tries;
	const struct exchange_result *first = &tries->results[round->before];

	for (size_t i = round->before; i < tries->count; i++) {
		const struct exchange_result *result = &tries->results[i];

		if (result->end != END_SILENT ||
			compare(baseline, result) != compare(baseline, first))
			return false;
	}
	return true;
}

static int64_t overdue_at(const struct round *round)
{
	double replies_s = 2 * round->audit->report->baseline.most_s;

	return duration_deadline_ms((int64_t)(1000 * replies_s) +
		round->plan->stall_ms + round->plan->fin_after_ms + OVERDUE_MS);
}

/* Until `goal` results are there, if each that is under way gives one. */
static void begin(struct round *round, size_t goal)
{
	size_t done = round->tries->count - round->before;

	while (round->count < round->limit && done + round->count < goal) {
		struct exchange *exchange =
			pool_begin(&round->audit->pool, round->plan);

		if (!exchange)
			break;
		round->running[round->count++] = exchange;
	}
}

static bool any_ended(const struct round *round)
{
	for (size_t i = 0; i < round->count; i++)
		if (exchange_so_far(round->running[i])->end != END_NOT_YET)
			return true;
	return false;
}

/* Begins, waits and reaps once; false if nothing can be begun. */
static bool go_on(struct round *round, size_t wanted)
{
	struct audit *audit = round->audit;
	size_t done = round->tries->count - round->before;
	bool overdue =
		round->count && !done && duration_now_ms() >= round->overdue_ms;
	bool hangs = overdue || (done && all_hang(round));
	size_t few = wanted < AUDIT_FEW_TRIES ? wanted : AUDIT_FEW_TRIES;

	/* No more than a few wait for what hangs. */
	if (overdue)
		call_off(round, few);
	begin(round, hangs ? few : wanted);
	if (!round->count)
		return false;
	if (!any_ended(round))
		audit->stopped = !pool_step(
			&audit->pool, done || overdue ? -1 : round->overdue_ms);
	reap(round);
	return !audit->stopped && !audit_baseline_broke(audit);
}

bool tries_play(struct audit *audit, const char *name,
	const struct exchange_plan *plan, unsigned wanted, struct tries *tries)
{
	struct round round = {
		.audit = audit,
		.plan = plan,
		.limit = audit->jobs,
		.tries = tries,
		.before = tries->count,
	};
	size_t done = 0;

	round.overdue_ms = overdue_at(&round);
	while (!audit->stopped && done < wanted) {
		audit_progress(audit, name, (unsigned)done + 1, wanted);
		if (!go_on(&round, wanted))
			break;
		done = tries->count - round.before;
	}
	call_off(&round, 0);
	return !audit->stopped;
}

bool tries_play_each(struct audit *audit, const char *name,
	const struct exchange_plan plans[], size_t count,
	struct exchange_result results[])
{
	struct exchange *running[POOL_MOST] = { NULL };
	size_t begun = 0;

	for (size_t done = 0; done < count; done++) {
		audit_progress(
			audit, name, (unsigned)done + 1, (unsigned)count);
		for (; begun < count && begun - done < audit->jobs; begun++)
			running[begun] = audit->stopped
				? NULL
				: pool_begin(&audit->pool, &plans[begun]);
		struct exchange *next = running[done];

		results[done] = (struct exchange_result){ 0 };
		if (!next)
			continue;
		while (!audit->stopped &&
			exchange_so_far(next)->end == END_NOT_YET)
			audit->stopped = !pool_step(&audit->pool, -1);
		pool_finish(&audit->pool, next, &results[done]);
	}
	return !audit->stopped;
}

void tries_free(struct tries *tries)
{
	for (size_t i = 0; i < tries->count; i++)
		exchange_forget(&tries->results[i]);
	free(tries->results);
	*tries = (struct tries){ 0 };
}
