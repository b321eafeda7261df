/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What Tab completes in a session. */
#ifndef GRACELAB_LIVE_COMPLETING_H
#define GRACELAB_LIVE_COMPLETING_H

#include "lib/typed/complete.h"
#include "session.h"

struct completing {
	const struct session *session;
	char word[64]; /* the last that was given, if it is no constant */
};

/* Borrows both. */
struct complete_own completing_own(struct completing *completing);

#endif
