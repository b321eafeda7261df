/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The network of two hosts, as moves of the wire see it. */
#ifndef GRACELAB_WIRED_H
#define GRACELAB_WIRED_H

#include "gracelab/stage/wire.h"
#include "loop.h"

/* NULL: the play has no wire. */
struct wire *wired_wire(const struct play *play);

/* Has the ACK that is passed on next shown; only for a play with a wire. */
void wired_show_ack(struct play *play, bool shown);

/*
 * Puts a fresh host in a side's place, and ends its program without a word;
 * only for a play with a wire.
 * False where play_fail() has been called.
 */
bool wired_reboot(struct play *play, enum side side);

#endif
