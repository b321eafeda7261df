/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A process that plays orders: where it is, and what it plays with. */
#ifndef GRACELAB_SITE_H
#define GRACELAB_SITE_H

#include <stdio.h>

#include "ground.h"
#include "order.h"
#include "script.h"

/* What is to be played, and where; all borrowed. */
struct site_plan {
	const struct script *script;
	bool wired;      /* two hosts and a wire */
	unsigned losses; /* how many segments may be lost in an order */
};

struct site {
	struct ground *ground; /* NULL: there is no such network */
	struct order order;
};

/*
 * Moves the calling process, a child made for that, to the plan's networks,
 * and into the folder of the experiment's files. For site_leave() in any case.
 * False with the reason in `why` (room for GROUND_WHY_SIZE).
 */
bool site_enter(struct site *site, const struct site_plan *plan, char *why);

void site_leave(struct site *site);

/*
 * Has a child process, which dies with this one, write a text: `write` returns
 * false where what it wrote says instead why it cannot. Returns what `write`
 * did; `*text`, for the caller to free, is the text or the reason, terminated,
 * and `*bytes` long (NULL: nobody asks). NULL there: no memory, or no process.
 */
bool site_write_aside(bool (*write)(FILE *out, void *context), void *context,
	char **text, size_t *bytes);

#endif
