/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Outcomes: the words for what must be seen, and what was. */
#ifndef GRACELAB_EXPERIMENT_OUTCOME_H
#define GRACELAB_EXPERIMENT_OUTCOME_H

#include <stddef.h>

#include "lib/event/event.h"
#include "lib/net/tls_record.h"
#include "scan.h"

/* What must be seen. */
enum outcome_kind {
	OUTCOME_SENT,     /* bytes */
	OUTCOME_RECEIVED, /* text, bytes */
	OUTCOME_EOF,
	OUTCOME_NOTHING, /* the call would block */
	OUTCOME_ERRNO,   /* number */
	OUTCOME_SIGNAL,  /* number: caught */
	OUTCOME_EXIT,    /* number: the status */
	OUTCOME_KILLED,  /* number: the signal */
	OUTCOME_STATE,   /* state */
	OUTCOME_PROBE,   /* probe */
	OUTCOME_POLL,    /* poll; what `state` shows, as the two behind it */
	OUTCOME_UNREAD,  /* bytes */
	OUTCOME_UNACKNOWLEDGED, /* bytes */
	OUTCOME_SENT_RECORD,    /* record */
	OUTCOME_RECEIVED_RECORD,
};

struct outcome {
	enum outcome_kind kind;
	char *text; /* RECEIVED: not terminated, may hold NUL */
	size_t bytes;
	int number;
	enum tcp_state state;
	enum event_probe probe;
	short poll; /* poll(2)'s flags */
	struct tls_record record;
};

/* Takes an outcome from a line. */
bool outcome_scan(struct scan *scan, struct outcome *outcome);

/* The word number `index` that an outcome begins with, or NULL; of errnos those
 * that a connection's end gives. It never changes. */
const char *outcome_word(size_t index);

/* What may follow such a word, of `len` bytes, with blanks between; or NULL. */
const char *outcome_words_behind(const char *word, size_t len);

/* Whether what was seen, `a`, is what must be seen. */
bool outcome_equal(const struct outcome *a, const struct outcome *b);

/* Room for outcome_text() of a text that is cut. */
#define OUTCOME_TEXT_SIZE 1024

/* Writes the outcome as a file has it to `out` (OUTCOME_TEXT_SIZE). */
void outcome_text(const struct outcome *outcome, char *out);

#endif
