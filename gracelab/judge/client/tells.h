/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether a client tells a reply that is not whole from one that is. Pure. */
#ifndef GRACELAB_TELLS_H
#define GRACELAB_TELLS_H

#include "seen.h"

/*
 * Whether the visits of that id are controls: the client has read a whole
 * reply, and ended by itself each time, the same way and in order.
 */
bool tells_has_control(const struct inquiry *inquiry, enum client_probe id);

/* Why they are none, in room for TELLS_WHY_SIZE; or "". */
#define TELLS_WHY_SIZE 200
void tells_why_no_control(
	const struct inquiry *inquiry, enum client_probe id, char *why);

struct seen tells_of(const struct inquiry *inquiry, enum client_probe probe,
	const struct visit *visit);

#endif
