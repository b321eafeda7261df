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

#include "conn.h"

/* Completes an event with the connection's number and state; reports it. */
void calls_report(struct conn *conn, struct event event);

/* Whether the call may succeed later: EAGAIN, ENOBUFS, ENOMEM. */
bool calls_transient(int error);

/*
 * send(2). `quiet`: a success is part of something that is reported as a
 * whole. Returns what it gave, with errno.
 */
ssize_t calls_send(struct conn *conn, const void *data, size_t len, bool quiet);

/*
 * recv(2). `typed`: somebody asked for it, so that nothing to read is worth an
 * event. Returns what it gave, with errno. Data is left to the caller to
 * report, who knows where it went.
 */
ssize_t calls_recv(struct conn *conn, void *buffer, size_t size, bool typed);

/* shutdown(2). */
void calls_shutdown(struct conn *conn, int how);

/* close(2), reported as EVENT_CLOSE or EVENT_RESET. */
void calls_close(struct conn *conn, enum event_kind kind);

#endif
