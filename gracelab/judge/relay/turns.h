/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whose turn it is: which plays begin, act, and are over. */
#ifndef GRACELAB_TURNS_H
#define GRACELAB_TURNS_H

#include "play.h"

/* Begins the plays that may begin now. */
void turns_begin(struct relay *relay);

/* Lets all act that can; false once no play is left. */
bool turns_act(struct relay *relay);

/* Ends a play, and tells of it. */
void turns_end(struct relay *relay, struct play *play);

#endif
