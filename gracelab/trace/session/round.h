/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A session's loop, once round. */
#ifndef GRACELAB_SESSION_ROUND_H
#define GRACELAB_SESSION_ROUND_H

#include "members.h"

/* Deals with what has happened, or waits a tick for it. */
void round_go(struct session *session);

#endif
