/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a program of others consists of as an actor: data alone. */
#ifndef GRACELAB_FOREIGN_MEMBERS_H
#define GRACELAB_FOREIGN_MEMBERS_H

#include "gracelab/trace/tracing.h"
#include "members.h"

struct keylog;
struct tls_dialogue;

struct foreign {
	struct cast *cast;
	unsigned who;
	struct tracer tracer;
	bool listening; /* the server's listen(2) has returned */
	bool joined;    /* connect(2) or accept(2) has; calls are held, of TLS
			 * from the handshake's end on */
	bool called;    /* a call has returned */
	/* Of TLS: what was said, and the keys; owned, or NULL. */
	struct tls_dialogue *dialogue;
	struct keylog *keylog;
	bool secured; /* its handshake is over; else no call is told */
	uint16_t version;
	bool ended; /* the program has, with: */
	int wait_status;
	bool silent;       /* nothing is told any more */
	const char *error; /* cast_say()'s, or NULL */
};

#endif
