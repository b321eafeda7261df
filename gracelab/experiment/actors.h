/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who plays, by number: CLIENT, SERVER, and behind them further clients, which
 * an experiment calls client2 to client8.
 */
#ifndef GRACELAB_ACTORS_H
#define GRACELAB_ACTORS_H

#include "lib/base/side.h"

#define ACTORS_MAX 9

/* The number of client2. */
#define ACTORS_MORE ((unsigned)SIDES)

static inline enum side actor_side(unsigned who)
{
	return who == SERVER ? SERVER : CLIENT;
}

/* "client", "server", "client2"; never changes. */
static inline const char *actor_name(unsigned who)
{
	static const char *const names[ACTORS_MAX] = { "client", "server",
		"client2", "client3", "client4", "client5", "client6",
		"client7", "client8" };

	return names[who];
}

#endif
