/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Exchanges that are under way side by side, in one loop of poll(2). */
#ifndef GRACELAB_POOL_H
#define GRACELAB_POOL_H

#include "exchange.h"

/* More are never under way at once. */
#define POOL_MOST 64

struct pool {
	struct exchange *exchanges[POOL_MOST]; /* `count` of them */
	size_t count;
	bool (*stops)(void); /* asked before and after each wait, or NULL */
};

/* Begins one, which stays the pool's; NULL without memory or room. */
struct exchange *pool_begin(
	struct pool *pool, const struct exchange_plan *plan);

/*
 * Waits until something happens to one of them, until `until_ms` (of
 * duration_now_ms(); -1: as long as any has to), and lets all go on. False
 * where it is to stop. Signals that are caught are delivered meanwhile.
 */
bool pool_step(struct pool *pool, int64_t until_ms);

/* Takes one out: exchange_finish(). */
void pool_finish(struct pool *pool, struct exchange *exchange,
	struct exchange_result *result);

/* Plays one from its beginning to its end, beside the others. */
bool pool_play(struct pool *pool, const struct exchange_plan *plan,
	struct exchange_result *result);

/* Lets the others go on for so long. */
bool pool_rest(struct pool *pool, int64_t ms);

/* Ends all. */
void pool_end(struct pool *pool);

#endif
