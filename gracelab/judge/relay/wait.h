/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Waits for what any connection of a relay can do next, and does it. */
#ifndef GRACELAB_WAIT_H
#define GRACELAB_WAIT_H

#include "play.h"

struct wait;

/* Room for waiting, for free(3); NULL without memory. */
struct wait *wait_new(void);

/* Waits once, boundedly; a signal ends it too. */
void wait_once(struct relay *relay, struct wait *wait);

#endif
