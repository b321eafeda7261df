/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the proxy itself calls at either hop, where its keeper tells it. */
#ifndef GRACELAB_JUDGE_CALLED_H
#define GRACELAB_JUDGE_CALLED_H

#include "play.h"

/* Room for called_lack(). */
#define CALLED_LACK_SIZE 160

/* False without memory. */
bool called_init(struct relay *relay);

/* Takes what was told since the last time. */
void called_drain(const struct relay *relay);

/*
 * Takes what is still told of a play that is over: who looks at the proxy is
 * another process, and may lag behind what was seen here. Waits, boundedly.
 */
void called_settle(const struct relay *relay, const struct play *play);

/*
 * What was called on the proxy's socket at that hop of the play, or NULL. Of
 * the play's hops alone: a port that was used before, or since, is another's.
 */
const struct evidence *called_of(
	const struct relay *relay, const struct play *play, enum side hop);

/* Forgets that. */
void called_forget(struct relay *relay, const struct play *play);

/*
 * Writes why not all of its calls were seen to `out`, terminated; "" where all
 * were, or nobody looked. Returns whether none were.
 */
bool called_lack(const struct relay *relay, char out[CALLED_LACK_SIZE]);

void called_free(struct relay *relay);

#endif
