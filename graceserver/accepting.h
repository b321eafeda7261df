/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a connection comes to the server: unasked, typed, or by a thread. */
#ifndef GRACESERVER_ACCEPTING_H
#define GRACESERVER_ACCEPTING_H

#include "server.h"

/* Accepts who waits, a bounded number at a time. */
void accepting_waiting(struct server *server);

/* `accept`, once or in a thread. */
void accepting_typed(struct server *server, const struct command *command);

/* A thread's accept(2) has returned. */
void accepting_returned(
	struct server *server, const struct thread_result *result);

#endif
