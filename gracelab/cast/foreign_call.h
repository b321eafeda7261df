/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The calls of a program of others, told as events. */
#ifndef GRACELAB_FOREIGN_CALL_H
#define GRACELAB_FOREIGN_CALL_H

#include "gracelab/trace/tracer.h"
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

/* Whether the call, at whose entry its thread stands, would end at once. */
bool foreign_call_ends(const struct trace_call *call);

/* For free(3); NULL without memory. */
struct foreign *foreign_call_begin(struct cast *cast, unsigned who);

#endif
