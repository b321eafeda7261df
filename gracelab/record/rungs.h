/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From what one step brought about to the rungs that show it. Pure. */
#ifndef GRACELAB_RUNGS_H
#define GRACELAB_RUNGS_H

#include <jansson.h>
#include <stdbool.h>

#include "gracelab/observe/segment.h"
#include "record.h"

/* A call as an event tells it; texts are owned. */
struct rungs_call {
	int caller;
	char *call, *text, *result;
	bool sends; /* it may put a segment on the wire */
	bool connects;
	bool establishes; /* connect and accept give ESTABLISHED */
};

struct rungs_segment {
	int sender;
	struct segment segment;
};

/* What one step brought about, in order. Zero-initialised: nothing. */
struct rungs {
	struct rungs_call *calls; /* owned */
	size_t call_count;
	struct rungs_segment *segments; /* owned */
	size_t segment_count;
	const char *states[SIDES]; /* that changed, or NULL; borrowed */
};

/* Adds a call by its event; an event that is no call adds nothing. */
void rungs_add_event(struct rungs *rungs, int side, const json_t *event);

/* Adds a call that no event tells of; each text may be NULL. */
void rungs_add_call(
	struct rungs *rungs, int side, const char *call, const char *result);

/* Adds a segment, unless it is a pure ACK. */
void rungs_add_segment(
	struct rungs *rungs, int sender, const struct segment *segment);

/* "data 5+FIN": room for RUNGS_SEGMENT_SIZE. */
#define RUNGS_SEGMENT_SIZE 32
void rungs_segment_text(const struct segment *segment, char *out);

/*
 * Adds the rungs to the record, and begins anew. A segment stands on the rung
 * of the call that sent it; a state on that of the segment that changed it.
 * That connect(2) or accept(2) gave a connection says that it was ESTABLISHED,
 * however soon it was not.
 */
void rungs_flush(struct rungs *rungs, struct record *record, double seconds);

void rungs_free(struct rungs *rungs);

#endif
