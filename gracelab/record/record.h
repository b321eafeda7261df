/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a play has shown, as data: the ladder's rungs in order, and what stood
 * on the terminals. Plays write it, the pictures (text, SVG, Mermaid) read it,
 * and its JSON is `--format=json`.
 */
#ifndef GRACELAB_RECORD_H
#define GRACELAB_RECORD_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "gracelab/experiment/actors.h"
#include "lib/net/segment.h"
#include "lib/net/tls_record.h"

/* One line of the ladder; what is not there is NULL. All texts are owned. */
struct rung {
	double seconds; /* since the play began */
	int caller;     /* CLIENT or SERVER; of the call */
	char *call;     /* "send" */
	char *text;     /* "data1", escaped */
	char *result;   /* "5", "EPIPE" */
	/* TLS records that the call has moved; `text` is what was in them. */
	struct tls_record *records;
	size_t record_count;
	char *states[SIDES]; /* that changed, as they became */
	int sender;          /* CLIENT or SERVER; of the segment */
	char *segment;       /* "data 5+FIN" */
	enum wire_fate wire; /* of the segment */
	/* Of a segment that waited: the same in the row in which it was sent
	 * and in those in which it arrived or was lost; 0: it did not wait. */
	unsigned segment_id;
	bool copy;           /* one of these has arrived already */
	unsigned connection; /* counted from 1; 0: there is but one */
	/* Of the call, where that is known; else 0. */
	int process, thread;
	/* How many lines stood on each terminal behind this row, by number,
	 * actors.h; 0: as many as before. */
	unsigned lines[ACTORS_MAX];
	bool tie;    /* the call may have been before what stands above it */
	bool failed; /* the play failed at this row */
	bool late;   /* record_insert() put it there; not in JSON */
};

struct record {
	char *name, *title, *asks;          /* title, asks: or NULL */
	char *system;                       /* "Linux 6.18" */
	bool private_network, wire, states; /* what was had and observed */
	bool over_unix; /* a UNIX socket's connection, which has no wire */
	char *network_why, *wire_why; /* why not, or NULL */
	char **notes;                 /* owned: what is to be said of all */
	size_t note_count;
	struct rung *rungs;
	size_t rung_count;
	char *terminals[ACTORS_MAX]; /* by number, actors.h */
	/* Of an experiment that was explored: its orders, as text (or, where
	 * SVG is asked for, that) and as JSON, in place of rungs and terminals;
	 * owned; or NULL. */
	char *table;
	char *picture; /* for a page: the tree of its orders, as SVG; or NULL */
	json_t *orders;
	bool failed;     /* the play did not come to its end */
	char *failure;   /* why not; see record_why_failed() */
	bool unplayable; /* it needs what is refused here */
};

/* Whether there was a wire, and nobody looked. */
static inline bool record_lacks_wire(const struct record *record)
{
	return !record->wire && !record->over_unix;
}

/* Whether all that there was to be seen was looked at. */
static inline bool record_is_complete(const struct record *record)
{
	return record->private_network && !record_lacks_wire(record) &&
		record->states;
}

/* Adds an empty rung and returns it, or NULL without memory. */
struct rung *record_add(struct record *record, double seconds);

/* The same before the rung `at`, which moves behind it with all that follow. */
struct rung *record_insert(struct record *record, size_t at, double seconds);

/* Adds a note, a sentence; twice the same is one. False
 * without memory. */
bool record_note(struct record *record, const char *text);

/*
 * What every picture says below its rows: what could not be had or observed,
 * and why, and then the notes; each by its number, from 0, for free(3). NULL
 * behind the last, or without memory.
 */
char *record_remark(const struct record *record, size_t number);

/*
 * Says that the play failed, and marks the row: the last one, or, where none
 * was added since there were `first`, a new one that shows nothing else. False
 * without memory for that.
 */
bool record_fail(struct record *record, size_t first, double seconds);

/* Why it failed, also where there was no memory to say so. */
const char *record_why_failed(const struct record *record);

/*
 * A new reference, or NULL without memory. Its texts are UTF-8, whatever
 * bytes the record's are (lib/text/json_text.h).
 */
json_t *record_to_json(const struct record *record);

/*
 * Fills a record, for record_free(). False if `json` is not one, since it lacks
 * a name, a system, a ladder, or whether it failed.
 */
bool record_from_json(struct record *record, const json_t *json);

/* Frees a rung's texts, and leaves it empty. */
void record_free_rung(struct rung *rung);

void record_free(struct record *record);

#endif
