/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Plays of the lesson: in a new process each, or one step more in this one. */
#ifndef GRACELAB_LIVE_ATTEMPT_H
#define GRACELAB_LIVE_ATTEMPT_H

#include "inside.h"

/* Stands where a lesson has no step, since an experiment has one. */
#define ATTEMPT_NO_STEP "client> state"

/*
 * The lesson's first `count` steps as an experiment, and one `more` or NULL.
 * Without any it has one that is not counted. NULL with the reason, for
 * free(3); NULL there: no memory.
 */
struct experiment *attempt_parse(const struct session *session, size_t count,
	const char *more, char **why);

enum played { PLAYED, PLAY_FAILED, PLAY_STOPPED };

/* Whether it is played on a wire here; and why not, where it is not. */
bool attempt_wants_wire(
	const struct session *session, const struct experiment *experiment);
const char *attempt_why_no_wire(
	const struct session *session, const struct experiment *experiment);

/* Takes the view that answers; with PLAY_FAILED, `*why` is for free(3), or
 * NULL without memory. */
enum played attempt_await(struct session *session, char **why);

/*
 * Plays so many steps, and one more or none, in a new process; the session's
 * experiment is that if it comes to its end. Without the wire, if there is none
 * and nobody needs it.
 */
enum played attempt_anew(
	struct session *session, size_t count, const char *more, char **why);

/* Plays what is done again; less of it, where that cannot be: said. The session
 * ends where nothing can. */
void attempt_again(struct session *session);

#endif
