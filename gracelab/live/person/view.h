/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a person sees of a play under way: its record so far, and how things
 * stand now. The play's process writes it as a line of JSON, view_read() reads
 * it.
 */
#ifndef GRACELAB_LIVE_VIEW_H
#define GRACELAB_LIVE_VIEW_H

#include "gracelab/play/loop.h"
#include "gracelab/record/record.h"

/* A segment that waits on the wire. */
struct view_segment {
	enum side sender;
	char name[SEGMENT_TEXT_SIZE];
};

struct view {
	struct record record; /* owned */
	bool asked;           /* it answers a step, or is the first */
	size_t failed_step;   /* of the experiment's, where the play failed */
	/* By their clients' numbers, actors.h; only those that play. */
	bool plays[ACTORS_MAX];
	bool runs[ACTORS_MAX]; /* the programs */
	enum tcp_state states[ACTORS_MAX][SIDES];
	bool held[SIDES];           /* what that side sends waits */
	struct view_segment *waits; /* owned, in order of departure */
	size_t wait_count;
};

/*
 * How things stand now, as one object; a new reference, or NULL without
 * memory. What a timer has sent, and nobody has looked for, is not in it.
 */
json_t *view_now(const struct play *play);

/* Writes a view as a line. False where that cannot be written. */
bool view_write(int fd, const struct play *play, const json_t *now, bool asked);

/* Reads such a line, for view_free(). False if it is none. */
bool view_read(struct view *view, const char *text, size_t bytes);

void view_free(struct view *view);

#endif
