/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the client's session consists of, from the first connection on. */
#ifndef GRACECLIENT_SESSION_H
#define GRACECLIENT_SESSION_H

#include <stdbool.h>

#include "every.h"
#include "lib/conn/conn.h"
#include "lib/event/report.h"
#include "lib/typed/console.h"
#include "options.h"

struct session {
	const struct client_options *options;
	struct report *report;
	struct conn_context context;
	struct threads threads;
	struct conn conn;
	struct editor editor;
	struct console console;
	struct every every;
	bool ending;       /* no more lines: ending in order */
	bool quitting;     /* leave at once */
	bool said_ended;   /* that both halves have ended */
	int deadly_signal; /* that the process is to die by, or 0 */
	unsigned connections;
};

/* Whether the session is about to end. */
bool session_is_over(const struct session *session);

/* Whether so much is queued that a script waits with its next line. */
bool session_is_busy(const struct session *session);

/* Calls recv(2) once; `typed`: somebody asked for it. */
void session_receive(struct session *session, bool typed, size_t most);

#endif
