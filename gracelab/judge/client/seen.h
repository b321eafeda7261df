/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What one visit shows of a client, in words. Pure. */
#ifndef GRACELAB_SEEN_H
#define GRACELAB_SEEN_H

#include "gracelab/judge/result.h"
#include "inquiry.h"

enum seen_word {
	SEEN_NO_CONNECTION,
	SEEN_NO_HANDSHAKE,
	SEEN_SERVED, /* in order */
	SEEN_UNSERVED,
	SEEN_HALF_CLOSE,
	SEEN_CLOSE,
	SEEN_RESET,
	SEEN_NEVER,
	SEEN_ALERT, /* and a record that is none */
	SEEN_NOTIFY_ALONE,
	SEEN_NOTIFY_FIN,
	SEEN_NOTIFY_RST,
	SEEN_FIN_ALONE,
	SEEN_TAKEN,
	SEEN_LOST,
	SEEN_UNREAD,
	SEEN_SENDS_ON,
	SEEN_STOPS,
	SEEN_SIGPIPE,
	SEEN_SURVIVES,
	SEEN_TELLS,
	SEEN_SILENT,
	SEEN_HANGS,
	SEEN_DIES,
	SEEN_UNKNOWN,
	SEEN_WORDS,
};

struct seen {
	enum seen_word word;
	enum result_kind kind;
	char why[512];
};

/* "half-close", "SIGPIPE", "cannot tell"; never changes. */
const char *seen_name(enum seen_word word);

/* One with a reason, by printf(3). */
__attribute__((format(printf, 3, 4))) struct seen seen_say(
	enum seen_word word, enum result_kind kind, const char *format, ...);

/* Writes "status 1", "SIGPIPE", "nothing in 5 s" to `out`; returns it. */
#define SEEN_EXIT_SIZE 64
char *seen_exit(char *out, const struct visit *visit);

/* Whether what it was answered stands in its output. */
bool seen_in_output(const struct visit *visit);

/* What ends a half and what meets who sends to one that is gone, by what the
 * client connects by; never change. */
struct seen_terms {
	const char *end;     /* "FIN", "close_notify" */
	const char *none;    /* "no FIN", "neither close_notify nor FIN" */
	const char *refusal; /* "RST", "EPIPE" */
	const char *reset;   /* "RST", "ECONNRESET" */
};

struct seen_terms seen_terms(const struct client_setting *setting);

/* What has ended the client's half: "FIN". */
const char *seen_its_end(const struct visit *visit);

#endif
