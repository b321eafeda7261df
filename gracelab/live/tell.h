/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a person is told, printf(3)'s format; texts may be a stranger's. */
#ifndef GRACELAB_LIVE_TELL_H
#define GRACELAB_LIVE_TELL_H

#include "inside.h"

/* A note, `* ...`. */
void tell_note(struct session *session, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* That a line was wrong; that something failed. Each counts in the status. */
void tell_refusal(struct session *session, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void tell_failure(struct session *session, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Takes the line that is being typed off the screen, for output. */
void tell_make_room(struct session *session);

#endif
