/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The two ends of a connection, as indices too: SIDES of them. */
#ifndef GRACE_SIDE_H
#define GRACE_SIDE_H

enum side { CLIENT, SERVER };

#define SIDES 2

static inline enum side side_other(enum side side)
{
	return side == CLIENT ? SERVER : CLIENT;
}

/* "client" or "server"; never changes. */
static inline const char *side_name(enum side side)
{
	return side == SERVER ? "server" : "client";
}

#endif
