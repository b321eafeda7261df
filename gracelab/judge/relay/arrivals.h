/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The connections that arrive at our listeners, and whose they are. A proxy may
 * probe its backend, connect when it likes, or keep connections ready; so a
 * client's is known by the token that it sends first. A client that is silent
 * until the server has spoken is alone while its connection arrives: whatever
 * comes then may be its, and the bytes that come later decide.
 */
#ifndef GRACELAB_ARRIVALS_H
#define GRACELAB_ARRIVALS_H

#include "play.h"

/* Accepts all that wait. */
void arrivals_accept(struct relay *relay, enum relay_way way);

/* Reads what has come on a connection that no play has yet. */
void arrivals_look(struct relay *relay, struct arrival *arrival);

/* Finds out whose a silent play's connection is, as far as can be known. */
void arrivals_resolve(struct relay *relay, struct play *play);

/*
 * The same where nothing more will come: of those that may be its, the
 * likeliest.
 */
void arrivals_settle(struct relay *relay, struct play *play);

/* Whether one may be the play's that is not its beginning's probe. */
bool arrivals_has_candidate(const struct relay *relay, const struct play *play);

/* Frees those of the play, or, with NULL, all. */
void arrivals_free(struct relay *relay, const struct play *play);

#endif
