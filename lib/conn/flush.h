/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a connection's queue asks for, one call at a time. */
#ifndef GRACE_FLUSH_H
#define GRACE_FLUSH_H

#include <stdbool.h>

#include "conn.h"

/*
 * Does the next of what is queued, which must be there. False where the rest
 * has to wait: the kernel takes no more, or the connection is closed.
 */
bool flush_one(struct conn *conn);

#endif
