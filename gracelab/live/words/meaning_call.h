/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a call's row means. Pure. */
#ifndef GRACELAB_LIVE_MEANING_CALL_H
#define GRACELAB_LIVE_MEANING_CALL_H

#include "gracelab/record/record.h"

/* Of a rung with a call, whose side's state was `before`; never changes. */
const char *meaning_call(const struct rung *rung, const char *before);

#endif
