/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool.h"

#include <errno.h>

#include "lib/base/duration.h"
#include "lib/base/signals.h"

struct exchange *pool_begin(struct pool *pool, const struct exchange_plan *plan)
{
	struct exchange *exchange =
		pool->count < POOL_MOST ? exchange_begin(plan) : NULL;

	if (exchange)
		pool->exchanges[pool->count++] = exchange;
	return exchange;
}

static bool stops(const struct pool *pool)
{
	return pool->stops && pool->stops();
}

/* Also whatever is due by now goes on, whether or not something came. */
static void go_on(struct pool *pool, const struct pollfd *polled, size_t count)
{
	int64_t now_ms = duration_now_ms();

	for (size_t i = 0; i < count; i++) {
		struct exchange *exchange = pool->exchanges[i];
		int64_t due_ms = exchange_due_ms(exchange);

		if (polled[i].revents || (due_ms >= 0 && due_ms <= now_ms))
			exchange_go_on(exchange, polled[i].revents);
	}
}

bool pool_step(struct pool *pool, int64_t until_ms)
{
	struct pollfd polled[POOL_MOST];
	struct timespec left;

	for (size_t i = 0; i < pool->count; i++) {
		polled[i] = exchange_wants(pool->exchanges[i]);
		until_ms = duration_earlier_ms(
			until_ms, exchange_due_ms(pool->exchanges[i]));
	}
	int64_t left_ms = until_ms - duration_now_ms();

	if (left_ms < 0)
		left_ms = 0;
	left = (struct timespec){ left_ms / 1000, left_ms % 1000 * 1000000 };
	if (stops(pool))
		return false;
	int ready = ppoll(polled, pool->count, until_ms < 0 ? NULL : &left,
		signals_wait_mask());

	for (size_t i = 0; ready < 0 && i < pool->count; i++)
		polled[i].revents = 0;
	go_on(pool, polled, pool->count);
	return !stops(pool);
}

void pool_finish(struct pool *pool, struct exchange *exchange,
	struct exchange_result *result)
{
	size_t i = 0;

	while (i < pool->count && pool->exchanges[i] != exchange)
		i++;
	if (i < pool->count)
		pool->exchanges[i] = pool->exchanges[--pool->count];
	exchange_finish(exchange, result);
}

bool pool_play(struct pool *pool, const struct exchange_plan *plan,
	struct exchange_result *result)
{
	struct exchange *exchange = pool_begin(pool, plan);
	bool goes_on = exchange;

	*result = (struct exchange_result){ .error = ENOMEM };
	if (!exchange)
		return false;
	while (goes_on && exchange_so_far(exchange)->end == END_NOT_YET)
		goes_on = pool_step(pool, -1);
	pool_finish(pool, exchange, result);
	return goes_on;
}

bool pool_rest(struct pool *pool, int64_t ms)
{
	int64_t until_ms = duration_deadline_ms(ms);
	bool goes_on = true;

	while (goes_on && duration_now_ms() < until_ms)
		goes_on = pool_step(pool, until_ms);
	return goes_on;
}

void pool_end(struct pool *pool)
{
	struct exchange_result result;

	while (pool->count) {
		pool_finish(pool, pool->exchanges[0], &result);
		exchange_forget(&result);
	}
}
