/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is said by TLS: records out of the bytes of calls. */
#ifndef GRACELAB_STORY_SAID_H
#define GRACELAB_STORY_SAID_H

#include "members.h"

/* Whether a side speaks TLS on the connection, and so all bytes are looked at.
 */
bool said_by_tls(const struct connection *connection, enum side side);

/* Takes the bytes that a call has moved, into story.said and story.bytes. */
void said_take(struct story *story, struct connection *connection,
	enum side side, const struct trace_call *call);

/* The call has ended. */
void said_forget(struct story *story);

/* Bytes that a side has moved were not seen. */
void said_lose(struct connection *connection, enum side side);

/* Gives a row what was said. */
void said_fill(const struct story *story, struct rung *rung,
	const struct tls_taken *taken);

#endif
