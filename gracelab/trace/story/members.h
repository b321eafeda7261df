/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a story consists of: data alone. */
#ifndef GRACELAB_STORY_MEMBERS_H
#define GRACELAB_STORY_MEMBERS_H

#include <stdio.h>

#include "connection.h"
#include "descriptors.h"
#include "gracelab/observe/capture.h"
#include "gracelab/observe/kernel.h"
#include "gracelab/trace/tracing.h"
#include "lib/base/duration.h"
#include "rows.h"
#include "socket.h"

struct story_plan {
	/* Takes a row, and its texts. */
	void (*take)(void *context, struct rung *rung);
	/* Has story_segment() called for all that has gone over the wire. */
	void (*drain)(void *context);
	/* Has the data from one port to another go by unseen now and then,
	 * ring.h, or not any more; whether it may. NULL: nobody can. */
	bool (*thin)(void *context, uint16_t from, uint16_t to, bool thin);
	void *drain_context; /* of both */
	/* Has the tracer tell what was moved in bulk (tracer_hooks.bulk), for
	 * trace_call.group, or of all. */
	void (*harvest)(void *context, const void *group);
	void *harvest_context;
	/* Something that is to be said of the whole; not kept. */
	void (*note)(void *context, const char *text);
	/* A process has ended. */
	void (*ended)(void *context, pid_t process, int wait_status);
	void *ended_context;
	void *context;
	bool own_network;              /* all connections are ours */
	bool traced;                   /* calls are told */
	bool wire;                     /* segments are told */
	bool all;                      /* options, whatever they do */
	size_t text_bytes;             /* of a call */
	struct keylog *keylog;         /* of TLS secrets, or NULL */
	struct kernel *kernels[SIDES]; /* NULL: states are not observed */
	/* Where the sides are, if they are not told by their sockets. */
	const char *addresses[SIDES], *addresses6[SIDES];
	bool pair; /* two were started; the root says which of them */
};

/* A call that may send, and to what. */
struct flight {
	struct flight *next;
	const struct trace_call *call;
	struct connection *connection; /* NULL: connect(2), not yet known */
	struct trace_socket *socket;   /* of connect(2) */
	enum side side;
	uint16_t peer_port; /* of connect(2) */
	size_t row;         /* ROWS_NONE: no segment stands there */
	uint32_t from; /* of a send that is sure: what it sends begins there */
	char *bytes;   /* owned: of one that is sure, all it sends; or NULL */
	bool told;     /* it has a row of its own in any case */
};

struct story {
	struct story_plan plan;
	struct sockets sockets;
	struct connections connections;
	struct rows rows;
	struct flight *flights; /* owned */
	struct tls_taken said;  /* by the call that ends now */
	char *bytes;            /* owned: its own, if all were read; or NULL */
	uint64_t began_ns;
	uint64_t changes; /* grows with everything that happens */
	uint64_t looked_changes, looked_ns; /* when states were looked at */
	struct descriptors_all descriptors;
	unsigned char *spoken;  /* owned: of processes, see subject.c */
	unsigned since_drained; /* calls in bulk */
	bool opened, sealed;    /* TLS records, likewise of tls_taken */
	bool incomplete;        /* there was no memory for something */
};

/* Seconds since it began; 0: now. */
static inline double story_seconds(const struct story *story, uint64_t time_ns)
{
	if (!time_ns)
		time_ns = duration_wall_ns();
	return time_ns < story->began_ns
		? 0
		: (double)(time_ns - story->began_ns) / 1e9;
}

#endif
