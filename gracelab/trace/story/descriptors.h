/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which socket a descriptor is, remembered as long as nothing can have changed
 * that: to ask the kernel takes as long as most calls.
 *
 * A number that is open stays what it is until it is closed, and each call that
 * closes one is seen, if it is the process' own and it has no other threads
 * (trace_call.lone). Numbers that are not open are not remembered: nobody sees
 * who opens one.
 */
#ifndef GRACELAB_STORY_DESCRIPTORS_H
#define GRACELAB_STORY_DESCRIPTORS_H

#include "gracelab/trace/call.h"

/* From this number on they are not remembered. */
#define DESCRIPTORS_MAX 4096

/* Of so many processes a pidfd is kept. */
#define DESCRIPTORS_KEPT 128

struct descriptors {
	struct descriptors *next;
	pid_t process;
	int pidfd; /* or 0: not kept */
	unsigned room;
	uint64_t *sockets; /* owned: inodes; or as below */
};

enum { DESCRIPTORS_UNKNOWN = 0, DESCRIPTORS_NONE = 1 };

/* Zero-initialised: nothing is known. */
struct descriptors_all {
	unsigned kept;                    /* pidfds */
	struct descriptors *buckets[256]; /* owned */
};

/* peek_socket() */
bool descriptors_ask(struct descriptors_all *all, const struct trace_call *call,
	int fd, uint64_t *inode);

/* peek_descriptor() */
int descriptors_copy(struct descriptors_all *all, pid_t process, int fd);

/* A call is about to begin: what it may close is forgotten. */
void descriptors_heed(
	struct descriptors_all *all, const struct trace_call *call);

/* The number has just been opened: what it was is forgotten; and what it is
 * now is learnt of its duplicate, with the inode; false: it is no socket. */
void descriptors_forget(struct descriptors_all *all, pid_t process, int fd);
bool descriptors_learn(struct descriptors_all *all,
	const struct trace_call *call, int fd, int copy, uint64_t *inode);

/* The process is no more. */
void descriptors_forget_all(struct descriptors_all *all, pid_t process);

void descriptors_free(struct descriptors_all *all);

#endif
