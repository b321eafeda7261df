/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A session's programs: started, signalled, reaped. */
#ifndef GRACELAB_SESSION_STARTED_H
#define GRACELAB_SESSION_STARTED_H

#include "members.h"

/* Starts a side's; false with errno. */
bool started_begin(struct session *session, enum side side);

/* Sends a signal to all that one side has started, or just to the program
 * where they are not traced. */
void started_signal(struct session *session, enum side side, int signal);

/* Notes that a process has ended, if it is one of them. */
void started_ended(void *session, pid_t process, int wait_status);

/* Takes those that have ended and were not traced; whether any had. */
bool started_reap(struct session *session);

/* Whether anything runs of that side, or at least of what we know of it. */
bool started_runs(const struct session *session, enum side side);

/* Whether anything that runs of that side has a descriptor of a connection, be
 * it of one that is gone; false too where they are not traced. */
bool started_hold(struct session *session, enum side side);

/* Whether all that runs of that side sleeps. */
bool started_sleep(const struct session *session, enum side side);

#endif
