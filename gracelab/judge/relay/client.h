/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The client of a try connects. */
#ifndef GRACELAB_CLIENT_H
#define GRACELAB_CLIENT_H

#include "play.h"

/*
 * Begins to connect to where the play's way begins. What fails at once stands
 * in the client's error; what is under way in the play's `connecting`.
 */
void client_connect(struct relay *relay, struct play *play);

/* Once more, where play->queue_full: nothing tells when there is room. */
void client_again(struct relay *relay, struct play *play);

/* Ends what was under way, of which poll(2) has told. */
void client_finish(struct play *play);

#endif
