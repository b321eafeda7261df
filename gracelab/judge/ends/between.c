/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "between.h"

#include <stddef.h>

enum {
	/* A processor's time: more than what it passes on takes. */
	SPINS_MS = 1000,
	/* Once so often it is what never rests, and gets less. */
	SPINS_MAX = 3,
	TURN_MS = 20,
};

bool between_rests(struct between *between, int64_t *ran_ms)
{
	int64_t now_ms;

	if (!between || !between->rests)
		return true;
	if (between->rests(between->context, &now_ms)) {
		between->spun = 0;
		*ran_ms = -1;
		return true;
	}
	/* Of what has ended meanwhile the time is gone. */
	if (*ran_ms < 0 || now_ms < *ran_ms)
		*ran_ms = now_ms;
	if (now_ms - *ran_ms < (between->spun < SPINS_MAX ? SPINS_MS : TURN_MS))
		return false;
	if (between->spun < SPINS_MAX)
		between->spun++;
	*ran_ms = -1;
	return true;
}
