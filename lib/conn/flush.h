/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a connection's queue asks for, one call at a time. */
#ifndef GRACE_FLUSH_H
#define GRACE_FLUSH_H

#include "halves.h"

enum flush_result {
	FLUSH_ON,    /* it is done: the next */
	FLUSH_WAIT,  /* the kernel takes no more for now */
	FLUSH_CLOSE, /* the next is close(2), the caller's; nothing is queued */
};

/* Does the next of what is queued, which must be there. */
enum flush_result flush_one(struct conn *conn);

#endif
