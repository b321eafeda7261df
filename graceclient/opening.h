/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the session comes to a connection, the first and each that is opened. */
#ifndef GRACECLIENT_OPENING_H
#define GRACECLIENT_OPENING_H

#include "session.h"

/*
 * Connects, or begins to with `nowait`; what came of it is told. False where
 * that failed.
 */
bool opening_connect(struct session *session, const char *host,
	const char *port, bool nowait);

/* `open`. */
void opening_again(struct session *session, const struct command *command);

/* conn_flush(), with which a connect(2) that nobody waited for may end. */
void opening_flush(struct session *session);

/* What broke the last connection counts in the end. */
void opening_note_broken(struct session *session);

#endif
