/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tries, played side by side: each a client and a server of ours, with the
 * proxy between them or without it.
 */
#ifndef GRACELAB_RELAY_H
#define GRACELAB_RELAY_H

#include "play.h"

/* False without memory; relay_free() in any case. */
bool relay_init(struct relay *relay, const struct relay_place *place);

/* Adds a play like that, and returns it, owned by the relay; NULL: no memory.
 */
struct play *relay_add(struct relay *relay, const struct play *play);

/* Plays all that were added; false if goes_on() has ended it. */
bool relay_run(struct relay *relay);

/* Forgets a play that is over, or with NULL all, and what was seen of it. */
void relay_forget(struct relay *relay, struct play *play);

/* The play's server, or NULL. */
struct party *relay_server(const struct play *play);

/* Who came last to our server while it was played, and whom no play has; or
 * NULL. */
struct arrival *relay_stranger(
	const struct relay *relay, const struct play *play);

/* How long its connection took to arrive, in seconds. */
double relay_arrival_s(const struct play *play);

/* Whether the proxy connected before the client had said a word. */
bool relay_connected_early(const struct play *play);

void relay_free(struct relay *relay);

#endif
