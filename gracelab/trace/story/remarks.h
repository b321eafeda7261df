/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is to be said of a program, or of all, as a whole. */
#ifndef GRACELAB_STORY_REMARKS_H
#define GRACELAB_STORY_REMARKS_H

#include "members.h"

/* tracer_hooks.remark; the context is the story. */
void remarks_note(void *context, pid_t process, enum tracer_remark remark);

/* A row of its own, for a signal that is about connections; whether it is. */
bool remarks_signal(
	struct story *story, const struct thread *thread, int signal);

/* Once all has ended. */
void remarks_end(struct story *story);

#endif
