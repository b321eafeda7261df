/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the kernel shows of another process: proc(5), process_vm_readv(2). */
#ifndef GRACELAB_PEEK_H
#define GRACELAB_PEEK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

#include "call.h"

/* Reads of its memory what can be read from there on. Returns how much. */
size_t peek_memory(pid_t thread, uint64_t address, void *out, size_t len);

/* Writes of it, where the program may too; false: not all. */
bool peek_replace(
	pid_t process, uint64_t address, const void *bytes, size_t len);

/* Its descriptors' folder, for close(2) and trace_call.files; or 0. */
int peek_open_files(pid_t thread);

enum peek_socket { PEEK_NOTHING, PEEK_OTHER, PEEK_SOCKET };

/* What the descriptor of who calls is: not open, or not to be seen; no socket;
 * or one with that inode. */
enum peek_socket peek_socket(
	const struct trace_call *call, int fd, uint64_t *inode);

/* Whether two processes have the same descriptors; true too if the kernel does
 * not say. */
bool peek_shares_files(pid_t process, pid_t other);

/* Calls back with every socket that the process has open. */
void peek_sockets(pid_t process,
	void (*on_socket)(void *context, int fd, uint64_t inode),
	void *context);

/* pidfd_open(2), for close(2); -1 and errno. */
int peek_open_process(pid_t process);

/* A duplicate of its descriptor (pidfd_getfd(2)), for close(2); -1 and errno.
 * The socket lives as long as that is open. */
int peek_descriptor(pid_t process, int fd);
int peek_descriptor_by(int pidfd, int fd);

/* The last part of a descriptor's path, terminated; "" if it has none. */
void peek_path(pid_t thread, int fd, char *out, size_t size);

/* Its program: whether another ABI than ours, and whether set-user-ID. */
void peek_program(pid_t process, bool *foreign, bool *privileged);

/*
 * Copies the first bytes that a call gave or got, of `len` in all, to `out`
 * (size bytes). Returns how many.
 */
size_t peek_bytes(
	const struct trace_call *call, size_t len, void *out, size_t size);

/* The message, or the first of several, that a call has; false: not to be
 * read. */
bool peek_message(const struct trace_call *call, struct msghdr *message);

/* How many bytes the call's buffers have room for. */
uint64_t peek_room(const struct trace_call *call);

/* How many the first message has that recvmmsg(2) got, or sendmmsg(2) sent. */
size_t peek_message_bytes(const struct trace_call *call);

#endif
