/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "descriptors.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gracelab/trace/peek.h"

#define BUCKETS (sizeof((struct descriptors_all){ 0 }.buckets) / sizeof(void *))

/* The pointer to those of a process, or to the end of its bucket. */
static struct descriptors **place_of(struct descriptors_all *all, pid_t process)
{
	struct descriptors **at = &all->buckets[(size_t)process % BUCKETS];

	while (*at && (*at)->process != process)
		at = &(*at)->next;
	return at;
}

/* Those of a process; NULL without memory. */
static struct descriptors *those_of(struct descriptors_all *all, pid_t process)
{
	struct descriptors **at = place_of(all, process);

	struct descriptors *those = *at;

	if (those)
		return those;
	those = calloc(1, sizeof(*those));
	if (those)
		those->process = process;
	*at = those;
	return those;
}

/* Where it is noted what that number is; NULL: nowhere. */
static uint64_t *note_of(struct descriptors_all *all, pid_t process, int fd)
{
	struct descriptors *those =
		fd >= 0 && fd < DESCRIPTORS_MAX ? those_of(all, process) : NULL;
	unsigned number = (unsigned)fd;

	if (!those)
		return NULL;
	if (number >= those->room) {
		unsigned room = number * 2 + 16;
		uint64_t *sockets =
			reallocarray(those->sockets, room, sizeof(*sockets));

		if (!sockets)
			return NULL;
		memset(sockets + those->room, 0,
			(room - those->room) * sizeof(*sockets));
		those->sockets = sockets;
		those->room = room;
	}
	return &those->sockets[number];
}

int descriptors_copy(struct descriptors_all *all, pid_t process, int fd)
{
	struct descriptors *those = those_of(all, process);

	if (those && !those->pidfd && all->kept < DESCRIPTORS_KEPT) {
		int pidfd = peek_open_process(process);

		those->pidfd = pidfd < 0 ? 0 : pidfd;
		all->kept += those->pidfd ? 1 : 0;
	}
	return those && those->pidfd ? peek_descriptor_by(those->pidfd, fd)
				     : peek_descriptor(process, fd);
}

bool descriptors_ask(struct descriptors_all *all, const struct trace_call *call,
	int fd, uint64_t *inode)
{
	uint64_t *note = call->lone ? note_of(all, call->process, fd) : NULL;

	if (note && *note != DESCRIPTORS_UNKNOWN) {
		*inode = *note;
		return *note != DESCRIPTORS_NONE;
	}
	switch (peek_socket(call, fd, inode)) {
	case PEEK_SOCKET:
		if (note)
			*note = *inode;
		return true;
	case PEEK_OTHER:
		if (note)
			*note = DESCRIPTORS_NONE;
		return false;
	case PEEK_NOTHING:
		break;
	}
	return false;
}

void descriptors_forget(struct descriptors_all *all, pid_t process, int fd)
{
	const struct descriptors *those = *place_of(all, process);

	if (those && fd >= 0 && (unsigned)fd < those->room)
		those->sockets[fd] = DESCRIPTORS_UNKNOWN;
}

bool descriptors_learn(struct descriptors_all *all,
	const struct trace_call *call, int fd, int copy, uint64_t *inode)
{
	uint64_t *note = call->lone ? note_of(all, call->process, fd) : NULL;
	struct stat status;

	if (copy < 0 || fstat(copy, &status) || !S_ISSOCK(status.st_mode))
		return false;
	*inode = status.st_ino;
	if (note)
		*note = *inode;
	return true;
}

static void drop(struct descriptors_all *all, struct descriptors **at)
{
	struct descriptors *those = *at;

	if (!those)
		return;
	*at = those->next;
	if (those->pidfd) {
		close(those->pidfd);
		all->kept--;
	}
	free(those->sockets);
	free(those);
}

void descriptors_forget_all(struct descriptors_all *all, pid_t process)
{
	drop(all, place_of(all, process));
}

void descriptors_heed(
	struct descriptors_all *all, const struct trace_call *call)
{
	if (call->what->kind == CALL_CLOSE)
		descriptors_forget(all, call->process, (int)call->args[0]);
	else if (call->what->kind == CALL_DUP_ONTO)
		descriptors_forget(all, call->process, (int)call->args[1]);
	else if (call_is_wide(call->what))
		descriptors_forget_all(all, call->process);
}

void descriptors_free(struct descriptors_all *all)
{
	for (size_t i = 0; i < BUCKETS; i++)
		while (all->buckets[i])
			drop(all, &all->buckets[i]);
}
