/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The system calls on a connection. Each is made once (again only where a
 * signal interrupted it), reported as an event, and its outcome kept in the
 * connection's halves.
 */
#ifndef GRACE_CALLS_H
#define GRACE_CALLS_H

#include <stdbool.h>
#include <sys/types.h>

#include "halves.h"

/* Completes an event with the connection's number and state; reports it. */
void calls_report(struct conn *conn, struct event event);

/* A failure that is no observation, with errno: cannot `verb` `what`. */
void calls_fail(struct conn *conn, const char *verb, const char *what);

/* Whether the call may succeed later: EAGAIN, ENOBUFS, ENOMEM. */
bool calls_transient(int error);

enum calls_quiet {
	CALLS_TELL,
	CALLS_QUIET,  /* a success is part of something told as a whole */
	CALLS_SILENT, /* so is that the kernel takes no more */
};

/* send(2). Returns what it gave, with errno. */
ssize_t calls_send(struct conn *conn, const void *data, size_t len,
	enum calls_quiet quiet);

/*
 * recv(2). `typed`: somebody asked for it, so that nothing to read is worth an
 * event. Returns what it gave, with errno. Data is left to the caller to
 * report, who knows where it went.
 */
ssize_t calls_recv(struct conn *conn, void *buffer, size_t size, bool typed);

/*
 * recv(2) with MSG_PEEK, of at most `most` bytes, or as many as there is room
 * for if 0. What comes of it changes nothing, but an error that it has taken.
 */
void calls_peek(struct conn *conn, size_t most);

/* shutdown(2). */
void calls_shutdown(struct conn *conn, int how);

/*
 * SO_ERROR was asked for, which takes the error away from a later call: what it
 * said counts as if that call had given it. 0 counts for nothing.
 */
void calls_note_error(struct conn *conn, int error);

/*
 * close(2), reported as EVENT_CLOSE or EVENT_RESET. One that may block is made
 * by a thread, and reported by calls_returned().
 */
void calls_close(struct conn *conn, enum event_kind kind);

/*
 * Begins recv(2) in a thread; false, with errno, where there is none to be had.
 * It blocks, so O_NONBLOCK is cleared.
 */
bool calls_block_recv(struct conn *conn);

/* What came of a call that a thread made: as calls_recv() and calls_close(). */
void calls_returned(struct conn *conn, const struct thread_result *result);

/* After connect(2) was begun: asks SO_ERROR; true if it has succeeded. */
bool calls_connected(struct conn *conn);

#endif
