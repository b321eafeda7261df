/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is known of the processes that make calls on TCP sockets. */
#ifndef GRACELAB_STORY_SPEAKER_H
#define GRACELAB_STORY_SPEAKER_H

#include "members.h"

/* The side of a process, where no socket tells: of what it has done before, or
 * of whom we have started. */
enum side speaker_side(const struct story *story, pid_t process, int root);

/* Behind subject_of() that gave NULL: whether that was so since the process
 * must not be looked into, and was not said of it before. */
bool speaker_hides(struct story *story, pid_t process);

/* Whether a process has made a call on a TCP socket. */
bool speaker_is(const struct story *story, pid_t process);
void speaker_note(
	struct story *story, pid_t process, const struct trace_socket *socket);
void speaker_forget(struct story *story, pid_t process);

#endif
