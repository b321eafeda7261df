/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a try has shown, kept while it is played: each end's calls, and what
 * went over each hop of the wire.
 */
#ifndef GRACELAB_EVIDENCE_H
#define GRACELAB_EVIDENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/event/event.h"
#include "lib/net/segment.h"

/* Room for "connection reset", "abortive close", "data 65483+FIN". */
#define EVIDENCE_TEXT_SIZE 32

/* A call, a segment, or a run of either that moved bytes. */
struct evidence_entry {
	uint64_t time_ns;    /* CLOCK_REALTIME; of a run the first */
	uint64_t until_ns;   /* a call of the proxy's: when it had returned */
	int process, thread; /* ... and whose it was; 0: ours */
	uint64_t bytes;      /* that it moved */
	unsigned times;      /* calls or segments in the run */
	bool right;          /* a segment: away from the client */
	bool data;           /* bytes alone: its like add to it */
	bool ends;           /* a segment with FIN or RST */
	bool lost;           /* a segment that does not arrive */
	bool sends;          /* a call that may put a segment on the wire */
	bool wide;           /* a call on all that its process has open */
	char text[EVIDENCE_TEXT_SIZE];   /* "send", "FIN", "recv" */
	char result[EVIDENCE_TEXT_SIZE]; /* "0 (EOF)", "ECONNRESET" */
};

/* What one end called, or one hop has carried. Zero-initialised: nothing. */
struct evidence {
	struct evidence_entry *entries; /* owned */
	size_t count, room;
	struct {
		bool known;
		uint32_t next; /* the sequence number behind all so far */
	} ways[2];             /* of a hop, by direction */
	bool incomplete; /* something was left out: no memory, or too many */
};

/* Adds a call by its event; one that is no call adds nothing. */
void evidence_call(
	struct evidence *evidence, const struct event *event, uint64_t time_ns);

/*
 * Adds something that a program did, whatever it is; `sends`: it may put a
 * segment on the wire.
 */
void evidence_note(struct evidence *evidence, const char *text,
	const char *result, bool sends, uint64_t time_ns);

/* Adds an entry; one of a run adds to the last, if it is of the same. */
void evidence_add(
	struct evidence *evidence, const struct evidence_entry *entry);

/* Adds a segment, unless it is a pure ACK, or one that was seen before. */
void evidence_segment(struct evidence *evidence, const struct segment *segment,
	bool right, bool lost);

/* When the first segment went in that direction, or 0; one that is lost is
 * none. */
uint64_t evidence_begin_ns(const struct evidence *evidence, bool right);

/*
 * When the first FIN or RST went in that direction, or 0. It is the wire's
 * time: whoever reads late sees the end late.
 */
uint64_t evidence_end_ns(const struct evidence *evidence, bool right);

void evidence_free(struct evidence *evidence);

#endif
