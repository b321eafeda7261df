/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What goes over the wire, hop by hop, as far as it is captured. */
#ifndef GRACELAB_HOPS_H
#define GRACELAB_HOPS_H

#include "play.h"

/* False without memory. */
bool hops_init(struct relay *relay);

/*
 * Takes what was captured since the last time. Returns how many segments the
 * capture has lost so far.
 */
unsigned hops_drain(struct relay *relay);

/*
 * What a hop of the play has carried, or NULL: CLIENT is that before the proxy,
 * SERVER that behind it, or the one there is.
 */
const struct evidence *hops_of(
	const struct relay *relay, const struct play *play, enum side side);

/* Forgets what the play's hops have carried. */
void hops_forget(struct relay *relay, const struct play *play);

void hops_free(struct relay *relay);

#endif
