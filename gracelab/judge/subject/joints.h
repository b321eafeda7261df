/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The sockets of a subject at its two hops, by inode: so a duplicate, an
 * inherited one and one that was handed over are the same.
 */
#ifndef GRACELAB_JUDGE_JOINTS_H
#define GRACELAB_JUDGE_JOINTS_H

#include "gracelab/trace/call.h"
#include "lib/base/side.h"

struct joint {
	struct joint *next; /* of the same bucket */
	uint64_t inode;
	bool alien; /* it is of neither hop, and will not be */
	bool known; /* it is of one: */
	enum side hop;
	uint16_t port; /* of the client, or its own towards the server; 0: a
			* UNIX socket, of any hop */
};

#define JOINTS_BUCKETS 256

/* Zero-initialised but for the ports: none. */
struct joints {
	uint16_t ports[SIDES]; /* where the program listens, and its backend */
	bool over_unix;        /* UNIX sockets are at a hop, too */
	struct joint *buckets[JOINTS_BUCKETS]; /* owned */
	bool incomplete;                       /* there was no memory for one */
};

/* The one with that inode, if it was seen and is of a hop; or NULL. */
struct joint *joints_find(const struct joints *joints, uint64_t inode);

/* The same of a descriptor of the caller's, whose ends are asked for. */
struct joint *joints_at(
	struct joints *joints, const struct trace_call *call, int fd);

/* Whether the call acts on a socket that has no peer yet. */
bool joints_may_join(
	const struct joints *joints, const struct trace_call *call);

/* That which connect(2) has begun to join or accept(2) has given; or NULL. */
struct joint *joints_join(struct joints *joints, const struct trace_call *call);

void joints_free(struct joints *joints);

#endif
