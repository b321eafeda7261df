/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a call acts on: which socket, of which connection, on which side. */
#ifndef GRACELAB_STORY_SUBJECT_H
#define GRACELAB_STORY_SUBJECT_H

#include "members.h"

/* The side of a process, where no socket tells: of what it has done before, or
 * of whom we have started. */
enum side subject_side(const struct story *story, pid_t process, int root);

/* The TCP socket behind a descriptor, or NULL. */
struct trace_socket *subject_of(
	struct story *story, const struct trace_call *call, int fd);

/* Behind subject_of() that gave NULL: whether that was so since the process
 * must not be looked into, and was not said of it before. */
bool subject_hides(struct story *story, pid_t process);

/* The descriptor that a call acts on; -1: none. */
int subject_descriptor(struct story *story, const struct trace_call *call);

/* Whether a process has made a call on a TCP socket. */
bool subject_has_spoken(const struct story *story, pid_t process);
void subject_note_speaker(
	struct story *story, pid_t process, const struct trace_socket *socket);
void subject_forget_speaker(struct story *story, pid_t process);

/* Whether it is to bring about a connection: connect(2), or what sends with
 * MSG_FASTOPEN. */
bool subject_connects(const struct trace_call *call);

/* Where to; false: not to be read. AF_UNSPEC ends the connection there is. */
bool subject_peer(const struct trace_call *call, struct sockaddr_storage *peer);

/* What a call that has ended says of its socket. */
void subject_learn(struct story *story, struct trace_call *call);

#endif
