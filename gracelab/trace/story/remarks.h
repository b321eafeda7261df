/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is to be said of a program as a whole. */
#ifndef GRACELAB_STORY_REMARKS_H
#define GRACELAB_STORY_REMARKS_H

#include "members.h"

/* tracer_hooks.remark; the context is the story. */
void remarks_note(void *context, pid_t process, enum tracer_remark remark);

/* tracer_hooks.signal: a row of its own, for a signal that is about
 * connections. */
void remarks_signal(void *context, const struct thread *thread, int signal);

#endif
