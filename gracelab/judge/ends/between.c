/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "between.h"

#include <stddef.h>

#include "lib/base/duration.h"

enum {
	/* A processor's time: more than what it passes on takes. */
	SPINS_MS = 1000,
	/* Once so often it is what never rests, and gets less. */
	SPINS_MAX = 3,
	TURN_MS = 20,
	/* A busy machine takes some times as long. What is stopped has no
	 * turn, and of what starts others for all its work the time is gone
	 * with them. */
	LATE_TIMES = 5,
};

/* Whether it has had its turn, or will have none. */
static bool is_in_vain(const struct between *between,
	const struct between_wait *wait, int64_t ran_ms)
{
	int64_t enough_ms = between->spun < SPINS_MAX ? SPINS_MS : TURN_MS;

	return ran_ms - wait->ran_ms >= enough_ms ||
		duration_now_ms() - wait->begun_ms >= enough_ms * LATE_TIMES;
}

bool between_rests(struct between *between, struct between_wait *wait)
{
	int64_t ran_ms;

	if (!between || !between->rests)
		return true;
	if (between->rests(between->context, &ran_ms)) {
		between->spun = 0;
		wait->ran_ms = -1;
		return true;
	}
	if (wait->ran_ms < 0)
		*wait = (struct between_wait){ ran_ms, duration_now_ms() };
	/* Of what has ended meanwhile the time is gone. */
	if (ran_ms < wait->ran_ms)
		wait->ran_ms = ran_ms;
	if (!is_in_vain(between, wait, ran_ms))
		return false;
	if (between->spun < SPINS_MAX)
		between->spun++;
	wait->ran_ms = -1;
	return true;
}
