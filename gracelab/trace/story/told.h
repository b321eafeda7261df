/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A call that has ended, as rows: those of what it sent, or one of its own. */
#ifndef GRACELAB_STORY_TOLD_H
#define GRACELAB_STORY_TOLD_H

#include "members.h"

/* Gives rows to calls under way that have sent what a call has just received,
 * or been asked for the connection that it has accepted: without the wire
 * nothing else tells that this was before. */
void told_precede(struct story *story, const struct trace_call *call);

/* Ends the flights of a call; whether it has a row by one of them. */
bool told_land(struct story *story, const struct trace_call *call);

/* Adds a row for a call that has none; ROWS_NONE without memory. */
size_t told_add(struct story *story, const struct trace_call *call,
	enum side side, const struct connection *connection);

/* Whether it is told if it has sent nothing: not where it only may have closed
 * something, or had what waits go out. */
bool told_is_news(const struct story *story, const struct trace_call *call);

/* Whether its connection's states have to be looked at, behind a call. */
bool told_may_change(const struct story *story, const struct trace_call *call);

/* Its thread has ended in it: what it would have given nobody knows. */
void told_abandon(struct story *story, struct trace_call *call);

#endif
