/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a call's row means over a UNIX socket, which has no segments. Pure. */
#ifndef GRACELAB_LIVE_MEANING_UNIX_H
#define GRACELAB_LIVE_MEANING_UNIX_H

#include "gracelab/record/record.h"

/* Of a rung with a call; NULL: the same as of TCP. Constant. */
const char *meaning_unix_call(const struct rung *rung);

/* What a state says of both halves, for a sentence; NULL: nothing. */
const char *meaning_unix_state(const char *state);

#endif
