/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A plain connection, before anything is judged: is it served at all, when does
 * the proxy connect, and how many does it serve side by side?
 */
#ifndef GRACELAB_PLAIN_H
#define GRACELAB_PLAIN_H

#include <stdbool.h>
#include <stddef.h>

#include "gracelab/judge/relay/relay.h"
#include "place.h"

/* Room for plain_ask()'s reason. */
#define PLAIN_WHY_SIZE 512

enum plain_result {
	PLAIN_SERVED,
	PLAIN_NOT_SERVED,
	PLAIN_NO_PROXY, /* nobody takes a connection */
	PLAIN_STOPPED,  /* the relay's goes_on() has ended it */
};

/*
 * Request and reply, no half-close, within two seconds. Where it is not served,
 * `why` (room for PLAIN_WHY_SIZE, terminated) says what was seen and what that
 * may mean.
 */
enum plain_result plain_ask(
	struct relay *relay, int64_t patience_ms, char *why);

enum plain_moment {
	PLAIN_AT_ONCE, /* as soon as a client has connected */
	/* Before, or when the client has said something: whose a connection is
	 * shows only then. */
	PLAIN_LATER,
	PLAIN_SPEAKS,   /* it says something to the server first */
	PLAIN_NOT_TOLD, /* the connection was not served */
};

/* When the proxy connects to the server. */
enum plain_moment plain_connects(struct relay *relay, int64_t patience_ms);

/* How many connections it serves side by side, `most` at most; 1 at least. */
unsigned plain_side_by_side(struct relay *relay, unsigned most);

/*
 * About how much it takes while its client does not read: what the connections
 * take, and half of what it holds itself; 0: unknown. `*has_limit`: it does not
 * take whatever comes.
 */
int64_t plain_fill(struct relay *relay, struct place *place, bool *has_limit);

#endif
