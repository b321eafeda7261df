/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Events in words: the classic lines, and notes of what happened. */
#ifndef GRACE_WORDING_H
#define GRACE_WORDING_H

#include <stdbool.h>
#include <stddef.h>

#include "event.h"
#include "lib/text/escape.h"

enum wording_kind {
	WORDING_LINE,
	WORDING_RECEIVED,  /* a line that is the peer's text and nothing else */
	WORDING_NOTE,      /* for people who want to be told more */
	WORDING_ANSWER,    /* like a note, but asked for */
	WORDING_BAD_CALL,  /* what a call that failed gave */
	WORDING_COMPLAINT, /* something asked for could not be done */
};

/* Room for the longest: a cut text, or a path, with words around it. */
#define WORDING_SIZE (ESCAPE_LINE_SIZE + 512)

struct wording {
	enum wording_kind kind;
	char text[WORDING_SIZE]; /* without mark, number or newline */
};

/* The most that one event has to say. */
#define WORDINGS_MAX 3

/*
 * Writes what the event has to say at that side, in order, to `wordings` (room
 * for WORDINGS_MAX); notes only where they are wanted. Returns how many.
 */
size_t wording_of(const struct event *event, enum side side, bool notes,
	struct wording *wordings);

#endif
