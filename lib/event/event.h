/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Events: what a program called and what came of it, as data. */
#ifndef GRACE_EVENT_H
#define GRACE_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "lib/base/side.h"
#include "lib/net/state.h"

enum event_kind {
	EVENT_LISTEN,
	EVENT_CONNECT,
	EVENT_ACCEPT,
	EVENT_SEND,
	EVENT_RECV,
	EVENT_PEEK, /* recv with MSG_PEEK; no bytes: EOF */
	EVENT_EOF,
	EVENT_WOULD_BLOCK,
	EVENT_ERROR,
	EVENT_SHUTDOWN,
	EVENT_CLOSE,
	EVENT_RESET,
	EVENT_HOLD,
	EVENT_RELEASE,
	EVENT_OPTION,   /* `call`: `detail` of the socket was set */
	EVENT_LISTENER, /* `call` of the listening socket: `detail` */
	EVENT_STATE,
	EVENT_PROBE,
	EVENT_SIGNAL,
	EVENT_QUEUED,  /* the kernel took not all: `bytes` wait */
	EVENT_UNSENT,  /* `bytes` that waited were given up */
	EVENT_SAVED,   /* a file is whole: `saved` of `bytes` are in `detail` */
	EVENT_FAILURE, /* cannot `call` `detail`: `error` */
	EVENT_DONE,
	EVENT_EXIT,
	EVENT_KILLED, /* by `signal`; written by nobody, but seen by who waits
		       */
};

#define EVENTS (EVENT_KILLED + 1)

/* "would-block" for EVENT_WOULD_BLOCK, and so on; never changes. */
const char *event_name(enum event_kind kind);

/* What a probe can know of the peer after EOF. */
enum event_probe { PROBE_UNKNOWN, PROBE_HALF, PROBE_FULL };

/* "unknown", "half", "full"; never changes. */
const char *event_probe_name(enum event_probe probe);

/* Each by its name; false for any other text. */
bool event_parse(const char *name, enum event_kind *kind);
bool event_probe_parse(const char *name, enum event_probe *probe);

/* What does not apply is zero; every pointer is borrowed for one call. */
struct event {
	enum event_kind kind;
	unsigned conn;        /* the connection's number, from 1 */
	const void *data;     /* send, recv, peek: the bytes, or NULL */
	size_t bytes;         /* send, recv, peek: how many */
	size_t saved;         /* recv: how many of them went to a file */
	const char *call;     /* error, would-block: "send" */
	enum tcp_state state; /* after the call; 0: not asked */
	const char *detail;   /* an address, a file, how, a probe's result,
			       * why a done line was refused */
	int error;            /* errno; state, probe: SO_ERROR */
	bool said;            /* error: a complaint says it already */
	bool in_thread;       /* the call was made by a thread: */
	double took_s;        /* how long it took */
	enum event_probe probe;
	size_t unread, unacknowledged; /* state: bytes, as tcp_facts has them */
	short poll;                    /* state: poll(2)'s flags */
	bool child;                    /* hold: by a forked child */
	const char *local;  /* listen, connect, accept: net_format() of the */
	const char *peer;   /* two ends, getsockname(2) and getpeername(2) */
	int signal;         /* signal, killed */
	int status;         /* exit */
	unsigned long line; /* done: the typed line's number, from 1 */
};

/*
 * The event as one JSON object and a newline: `*text` is for the caller to
 * free, `*text_bytes` its length; it is not terminated. The data stands in
 * `text`, escaped, of at most ESCAPE_EVENT_BYTES. Returns 0, or -1 if there is
 * no memory.
 */
int event_to_json(const struct event *event, enum side side, double seconds,
	char **text, size_t *text_bytes);

#endif
