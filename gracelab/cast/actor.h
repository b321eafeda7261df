/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An actor's process: started, typed to, listened to, ended. */
#ifndef GRACELAB_ACTOR_H
#define GRACELAB_ACTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "lib/base/lines.h"
#include "lib/base/side.h"
#include "lib/event/heard.h"

/* Who is served while an actor keeps us waiting. */
struct actor_company {
	int fd; /* when this can be read; -1: nobody */
	void (*serve)(void *context);
	void *context;
	/* It is served after each event too, for which the actor waits. */
	bool between_calls;
};

struct actor {
	enum side side;
	const struct actor_company *company; /* borrowed, or NULL */
	pid_t pid;                           /* 0: none was started */
	bool ended;                          /* and its status is in: */
	int wait_status;
	unsigned long typed; /* the number of the last line typed */
	int input, events, output;
	int acks; /* -1: it does not wait for them */
	struct lines event_lines;
	char *shown; /* owned: what its terminal showed */
	size_t shown_bytes;
};

struct actor_start {
	const char *program;    /* a path */
	char *const *arguments; /* ends with NULL; [0] is the name */
	int directory;          /* to work in, a descriptor */
	int confinement;        /* for confine_enter(), or -1 */
	bool sigpipe_ignored;   /* what it is started with */
	int network;            /* a namespace to live in, or -1: ours */
};

/*
 * Starts it; what it shows is added to what an earlier run has shown. It dies
 * with this process. It writes its events to descriptor ACTOR_EVENTS_FD, and
 * where company comes between its calls reads a byte for each from
 * ACTOR_ACKS_FD.
 * Returns 0, or -1 with errno.
 */
int actor_start(struct actor *actor, const struct actor_start *how);

#define ACTOR_EVENTS_FD 3
#define ACTOR_ACKS_FD   4

enum actor_typed {
	ACTOR_TYPED,
	ACTOR_GONE, /* nobody reads: it ends, or has ended */
	ACTOR_BUSY, /* it took nothing more before the deadline */
};

/*
 * Types a line, without its newline. SIGPIPE must be ignored. The line counts
 * only if it was typed.
 */
enum actor_typed actor_type(
	struct actor *actor, const char *line, int64_t deadline_ms);

enum actor_result { ACTOR_EVENT, ACTOR_ENDED, ACTOR_SILENT, ACTOR_FAILED };

/*
 * Waits for the next event: `*heard` is for heard_free(). A line that is none
 * is passed over: who is killed may leave half a one. ACTOR_ENDED once it has
 * ended and all its events are taken; its status is then in.
 * ACTOR_SILENT if nothing came before `deadline_ms` (duration_now_ms()),
 * ACTOR_FAILED without memory for it.
 */
enum actor_result actor_next(
	struct actor *actor, struct heard *heard, int64_t deadline_ms);

/* Has the actor go on after an event, once company was served. */
void actor_go_on(struct actor *actor);

/* Takes what it shows, and serves company, for so long at most. */
void actor_attend(struct actor *actor, int timeout_ms);

/* Sends it a signal. */
void actor_signal(struct actor *actor, int signal);

/* Ends it, if it has not ended; what it showed stays, its events are lost. */
void actor_kill(struct actor *actor);

/* The same, and frees all. */
void actor_end(struct actor *actor);

#endif
