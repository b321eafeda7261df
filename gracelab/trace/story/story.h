/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From calls, segments and states to the rows of a ladder, as they happen.
 *
 * A segment stands with the call that sent it: of its side and connection, and
 * begun before. Rows are handed on in order, once nothing more is added to
 * them.
 */
#ifndef GRACELAB_STORY_H
#define GRACELAB_STORY_H

#include <stdio.h>

#include "connection.h"
#include "gracelab/observe/capture.h"
#include "gracelab/observe/kernel.h"
#include "rows.h"
#include "socket.h"
#include "gracelab/trace/tracer.h"

struct story_plan {
	/* Takes a row, and its texts. */
	void (*take)(void *context, struct rung *rung);
	/* Has story_segment() called for all that has gone over the wire. */
	void (*drain)(void *context);
	void *drain_context;
	/* Something that is to be said of the whole; not kept. */
	void (*note)(void *context, const char *text);
	/* A process has ended. */
	void (*ended)(void *context, pid_t process, int wait_status);
	void *ended_context;
	void *context;
	bool own_network;      /* all connections are ours */
	bool wire;             /* segments are told */
	size_t text_bytes;     /* of a call */
	struct kernel *kernels[SIDES]; /* NULL: states are not observed */
	/* Where the sides are, if they are not told by their sockets. */
	const char *addresses[SIDES], *addresses6[SIDES];
	/* Which side the programs are that were started; by root. */
	enum side sides[SIDES];
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
	bool told;          /* it has a row of its own in any case */
};

struct story {
	struct story_plan plan;
	struct sockets sockets;
	struct connections connections;
	struct rows rows;
	struct flight *flights; /* owned */
	uint64_t began_ns;
	uint64_t changes; /* grows with everything that happens */
	unsigned char *spoken; /* owned: which processes have a say, by bits */
	unsigned since_drained; /* calls in bulk */
	bool incomplete;        /* there was no memory for something */
};

void story_begin(struct story *story, const struct story_plan *plan);

/* The hooks for a tracer; the story must outlive it. */
struct tracer_hooks story_hooks(struct story *story);

/* A segment, by whatever kernel. */
void story_segment(struct story *story, const struct segment *segment);

/* Takes in what has happened, and hands rows on. */
void story_settle(struct story *story, bool idle);

/* When nothing has happened for a moment: what comes by itself is taken in. */
void story_idle(struct story *story);

/* Whether somebody of ours listens; `*port` is where, the last to begin. */
bool story_listening(const struct story *story, uint16_t *port);

/* Whether nothing is under way, and no program holds a connection. */
bool story_rests(const struct story *story);

/* Hands on all rows. */
void story_end(struct story *story);

#endif
