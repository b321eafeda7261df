/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One connection at the server: messages that are read, thought about and
 * answered, one at a time, and what is done at its end.
 */
#ifndef GRACESERVER_SERVED_H
#define GRACESERVER_SERVED_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/conn/conn.h"
#include "lib/event/report.h"
#include "options.h"
#include "owed.h"
#include "timers.h"

/* What all connections of the server share. */
struct serving {
	const struct server_options *options;
	struct report *report;       /* borrowed */
	struct threads threads;      /* of all connections, and the listener */
	struct conn_context context; /* its buffer begins with the greeting */
	struct timers thinking, idle;
	int64_t again_ms;  /* when those who lack memory may read; 0: none is */
	bool complained;   /* of that, since there was memory the last time */
	uint64_t messages; /* how many were received on all connections */
};

struct served {
	struct conn conn;
	struct serving *serving;        /* borrowed */
	struct served *next, *previous; /* the server's list */
	struct owed owed;
	struct timer timer; /* in serving->thinking or serving->idle */
	bool thinking;      /* which of the two */
	bool lacks_memory;  /* there was no memory to read with */
	bool settled;       /* what its end asked for was done */
	uint32_t watched;   /* the server's: epoll(7)'s events */
};

/*
 * Gives serving->context a buffer for served_on_readable(). False without
 * memory.
 */
bool served_prepare(
	struct serving *serving, const struct server_options *options);

/* A new connection, for served_free(); NULL without memory. */
struct served *served_new(struct serving *serving, int fd, unsigned number);
void served_free(struct served *served);

/* Acts on a command that is for one connection; NULL: there is none. */
void served_act(struct served *served, const struct command *command,
	struct report *report);

/* Acts on the commands of --on-accept. */
void served_on_accept(struct served *served);

/* recv(2) once; answers what came or begins to think about it. */
void served_on_readable(struct served *served);

/* A call that a thread made has returned; what it read is a message too. */
void served_on_returned(
	struct served *served, const struct thread_result *result);

/* Goes on with what is queued. */
void served_on_writable(struct served *served);

/* The think time is over. */
void served_on_thought(struct served *served);

/* Nothing has happened for --idle-timeout. */
void served_on_idle(struct served *served);

/*
 * To call after anything above: at the end of the receiving half acts on the
 * commands of --on-eof, once the answers still due are sent.
 */
void served_settle(struct served *served);

/* Whether to wait for something to read. */
bool served_wants_read(const struct served *served);

/* True when nothing is left of it. */
bool served_is_over(const struct served *served);

/* How many messages are owed an answer. */
unsigned served_owed(const struct served *served);

/* The connection that a timer belongs to. */
struct served *served_of_timer(struct timer *timer);

#endif
