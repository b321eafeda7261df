/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a call acts on: which socket, of which connection, on which side. */
#ifndef GRACELAB_STORY_SUBJECT_H
#define GRACELAB_STORY_SUBJECT_H

#include "members.h"

/* The TCP socket behind a descriptor, or NULL. */
struct trace_socket *subject_of(
	struct story *story, const struct trace_call *call, int fd);

/* The descriptor that a call acts on; -1: none. */
int subject_descriptor(struct story *story, const struct trace_call *call);

/* Whether it is to bring about a connection: connect(2), or what sends with
 * MSG_FASTOPEN. */
bool subject_connects(const struct trace_call *call);

/* Where to; false: not to be read. AF_UNSPEC ends the connection there is. */
bool subject_peer(const struct trace_call *call, struct sockaddr_storage *peer);

/* What a call that has ended says of its socket. */
void subject_learn(struct story *story, struct trace_call *call);

#endif
