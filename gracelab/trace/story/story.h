/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From calls, segments and states to the rows of a ladder, as they happen.
 *
 * A segment stands with the call that sent it: of its side and connection, and
 * begun before. Rows are handed on in order, once nothing more is added to
 * them.
 */
#ifndef GRACELAB_STORY_H
#define GRACELAB_STORY_H

#include "members.h"

void story_begin(struct story *story, const struct story_plan *plan);

/* A segment, by whatever kernel. */
void story_segment(struct story *story, const struct segment *segment);

/* Takes in what has happened, and hands rows on. */
void story_settle(struct story *story, bool idle);

/* The same just behind a look at the wire: that again only where a state may
 * have changed meanwhile, of which a segment would tell. */
void story_settle_drained(struct story *story);

/* When nothing has happened for a moment: what comes by itself is taken in. */
void story_idle(struct story *story);

/* Whether somebody of ours listens; `*port` is where, the last to begin. */
bool story_listening(const struct story *story, uint16_t *port);

/* Whether nothing is under way, and no program holds a connection. */
bool story_rests(const struct story *story);

/* Hands on all rows. */
void story_end(struct story *story);

#endif
