/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The same plan played again and again, side by side where that may be. */
#ifndef GRACELAB_TRIES_H
#define GRACELAB_TRIES_H

#include "audit_inside.h"

struct tries {
	struct exchange_result *results; /* owned, `count` of them */
	size_t count;
};

/*
 * Plays a plan `wanted` times more, and adds what came of it. Where all of the
 * first three cost the time-out, and agree, that is enough. False where a
 * signal came: what is there is whole, but not all of it.
 */
bool tries_play(struct audit *audit, const char *name,
	const struct exchange_plan *plan, unsigned wanted, struct tries *tries);

/* Plays each of `count` plans once; results in their order. */
bool tries_play_each(struct audit *audit, const char *name,
	const struct exchange_plan plans[], size_t count,
	struct exchange_result results[]);

void tries_free(struct tries *tries);

#endif
