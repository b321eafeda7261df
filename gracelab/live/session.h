/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What lines do: the lesson grows, and its play with it. */
#ifndef GRACELAB_LIVE_SESSION_H
#define GRACELAB_LIVE_SESSION_H

#include "inside.h"

/* Begins with the options' experiment. False where nothing can be played: said,
 * and in the status. For session_end() in any case. */
bool session_begin(struct session *session, const struct live_options *options);
void session_end(struct session *session);

/* Does a step, `client> data1`; one that fails changes nothing. */
void session_step(struct session *session, const char *step);

/* Takes a line of the head, and plays all again with it. */
void session_head(struct session *session, const char *line);

/* Has just so many of the lesson's steps played, by playing again. */
void session_go_to(struct session *session, size_t done);

/* Takes what the play has told by itself; true if something is new. */
bool session_hear(struct session *session);

#endif
