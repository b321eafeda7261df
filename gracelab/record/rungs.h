/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From what one step brought about to the rungs that show it. Pure. */
#ifndef GRACELAB_RUNGS_H
#define GRACELAB_RUNGS_H

#include <stdbool.h>

#include "lib/event/heard.h"
#include "lib/net/segment.h"
#include "lib/net/state.h"
#include "record.h"

/* Connections are numbered from 1, below this; 0: there is but one. */
#define RUNGS_CONNECTIONS 9

/* A call, for rungs_add(); texts are owned. */
struct rungs_call {
	enum side caller;
	unsigned connection;        /* counted from 1; 0: not told apart */
	char *call, *text, *result; /* `text` escaped; or NULL */
	struct tls_record *records; /* owned: that it has moved */
	size_t record_count;
	bool sends;             /* it may put a segment on the wire */
	bool connects, accepts; /* it succeeded; accept sends nothing */
	bool establishes;       /* it is the first to tell of ESTABLISHED */
	size_t before; /* how many segments were added before; set by us */
};

/* A segment, and what became of it. */
struct rungs_segment {
	enum side sender;
	unsigned connection; /* as of a call */
	struct segment segment;
	enum wire_fate fate;
	unsigned id; /* of one that waited, else 0 */
	bool copy;   /* one of these has arrived already */
	bool again;  /* sent before, and so it changes nothing at its sender */
	/* With `acks`: the states that it has brought about, one by one. */
	bool changed[SIDES];
	enum tcp_state states[SIDES];
};

/* A pure ACK that waits, and has no rung. */
struct rungs_silent {
	unsigned id, connection;
	enum side sender;
	size_t at; /* the rung before which it was sent */
	double seconds;
};

/* What one step brought about, in order. Zero-initialised: nothing. */
struct rungs {
	struct rungs_call *calls; /* owned */
	size_t call_count;
	struct rungs_segment *segments; /* owned */
	size_t segment_count;
	/* The kernels' states of each connection that have changed. */
	bool changed[RUNGS_CONNECTIONS][SIDES];
	enum tcp_state states[RUNGS_CONNECTIONS][SIDES];
	bool incomplete; /* something was not added for lack of memory */
	/* Of all steps. */
	bool acks;                   /* pure ACKs have rungs like others */
	struct rungs_silent *silent; /* owned */
	size_t silent_count;
};

/* Adds a call, and takes its texts over. */
void rungs_add(struct rungs *rungs, struct rungs_call call);

/* Adds a call by its event; an event that is no call adds nothing. */
void rungs_add_event(struct rungs *rungs, enum side side, unsigned connection,
	const struct heard *heard);

/* Adds a typed line that no event tells of, escaped. */
void rungs_add_line(struct rungs *rungs, enum side side, const char *line,
	unsigned connection);

/*
 * Adds a segment. Without `acks` a pure ACK has no rung but where it was
 * forged; or arrived or was lost after it had waited: then also where it was
 * sent, so that a rung is put between those that are there.
 */
void rungs_add_segment(
	struct rungs *rungs, const struct rungs_segment *segment);

/* Notes that a side's state of a connection has changed. */
void rungs_set_state(struct rungs *rungs, unsigned connection, enum side side,
	enum tcp_state state);

/* The same: it came with the segment that was added last; there is one. */
void rungs_set_state_by_segment(
	struct rungs *rungs, enum side side, enum tcp_state state);

/*
 * Adds the rungs to the record, and begins anew. A segment stands on the rung
 * of the call that sent it; a state begins where it is true: on the rung of the
 * segment that brought it about, sent or arrived, once that and its ACK are
 * over. The client is ESTABLISHED by the SYN+ACK's arrival; the server by the
 * ACK of that, on the rung of accept(2) or one of its own. That connect(2) or
 * accept(2) gave a connection says that it was ESTABLISHED, however soon it was
 * not. False where something is missing for lack of memory.
 */
bool rungs_flush(struct rungs *rungs, struct record *record, double seconds);

void rungs_free(struct rungs *rungs);

#endif
