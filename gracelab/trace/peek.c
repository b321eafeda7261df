/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "peek.h"

#include <dirent.h>
#include <elf.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

/* Of a vector, no more parts are looked at. */
#define PARTS_MAX 64

#define PROC_PATH_SIZE 64

/* kcmp(2) */
enum { SAME_FILES = 2 };

/* An address of another process, which nobody follows here. */
static void *pointer_to(uint64_t address)
{
	return (void *)(uintptr_t)address; // NOLINT(performance-no-int-to-ptr)
}

size_t peek_memory(pid_t thread, uint64_t address, void *out, size_t len)
{
	struct iovec here = { .iov_base = out, .iov_len = len };
	struct iovec there = {
		.iov_base = pointer_to(address),
		.iov_len = len,
	};
	ssize_t n = process_vm_readv(thread, &here, 1, &there, 1, 0);

	return n < 0 ? 0 : (size_t)n;
}

bool peek_replace(
	pid_t process, uint64_t address, const void *bytes, size_t len)
{
	struct iovec here = { .iov_len = len };
	struct iovec there = {
		.iov_base = (void *)(uintptr_t)address, // NOLINT
		.iov_len = len,
	};

	/* It is only read. */
	memcpy(&here.iov_base, &bytes, sizeof(bytes));
	return process_vm_writev(process, &here, 1, &there, 1, 0) ==
		(ssize_t)len;
}

static bool read_inode(const char *target, uint64_t *inode)
{
	static const char before[] = "socket:[";
	size_t len = sizeof(before) - 1;

	if (strncmp(target, before, len) != 0)
		return false;
	*inode = strtoull(target + len, NULL, 10);
	return true;
}

int peek_open_files(pid_t thread)
{
	char path[PROC_PATH_SIZE];

	snprintf(path, sizeof(path), "/proc/%d/fd", thread);
	int files = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);

	return files < 0 ? 0 : files;
}

/* readlink(2) of /proc/THREAD/fd/FD, terminated, from `files` if that is. */
static bool read_link(int files, pid_t thread, int fd, char *out, size_t size)
{
	char path[PROC_PATH_SIZE];

	if (files)
		snprintf(path, sizeof(path), "%d", fd);
	else
		snprintf(path, sizeof(path), "/proc/%d/fd/%d", thread, fd);
	ssize_t n = readlinkat(files ? files : AT_FDCWD, path, out, size - 1);

	out[n < 0 ? 0 : n] = '\0';
	return n > 0;
}

static enum peek_socket read_socket(
	int files, pid_t thread, int fd, uint64_t *inode)
{
	char target[64];

	if (fd < 0 || !read_link(files, thread, fd, target, sizeof(target)))
		return PEEK_NOTHING;
	return read_inode(target, inode) ? PEEK_SOCKET : PEEK_OTHER;
}

enum peek_socket peek_socket(
	const struct trace_call *call, int fd, uint64_t *inode)
{
	return read_socket(call->files, call->thread, fd, inode);
}

bool peek_shares_files(pid_t process, pid_t other)
{
	/* Of two that differ it says in which order they are, kcmp(2). */
	return syscall(SYS_kcmp, process, other, SAME_FILES, 0, 0) <= 0;
}

void peek_sockets(pid_t process,
	void (*on_socket)(void *context, int fd, uint64_t inode), void *context)
{
	char path[PROC_PATH_SIZE];
	const struct dirent *entry;

	snprintf(path, sizeof(path), "/proc/%d/fd", process);
	DIR *folder = opendir(path);

	if (!folder)
		return;
	while ((entry = readdir(folder))) {
		int fd = (int)strtol(entry->d_name, NULL, 10);
		uint64_t inode;

		if (*entry->d_name != '.' &&
			read_socket(dirfd(folder), process, fd, &inode) ==
				PEEK_SOCKET)
			on_socket(context, fd, inode);
	}
	closedir(folder);
}

int peek_open_process(pid_t process)
{
	return (int)syscall(SYS_pidfd_open, process, 0);
}

int peek_descriptor_by(int pidfd, int fd)
{
	return (int)syscall(SYS_pidfd_getfd, pidfd, fd, 0);
}

int peek_descriptor(pid_t process, int fd)
{
	int pidfd = peek_open_process(process);

	if (pidfd < 0)
		return -1;
	int copy = peek_descriptor_by(pidfd, fd);

	close(pidfd);
	return copy;
}

void peek_path(pid_t thread, int fd, char *out, size_t size)
{
	char target[4096];
	const char *slash;

	*out = '\0';
	if (!read_link(0, thread, fd, target, sizeof(target)))
		return;
	slash = strrchr(target, '/');
	snprintf(out, size, "%s", slash ? slash + 1 : target);
}

void peek_program(pid_t process, bool *foreign, bool *privileged)
{
	char path[PROC_PATH_SIZE];
	Elf32_Ehdr head = { 0 };
	struct stat status;

	*foreign = *privileged = false;
	snprintf(path, sizeof(path), "/proc/%d/exe", process);
	if (!stat(path, &status))
		*privileged = status.st_mode & (S_ISUID | S_ISGID);
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	/* Of both classes these members are the same. */
	if (read(fd, &head, sizeof(head)) == (ssize_t)sizeof(head))
		*foreign = sizeof(void *) == 8 &&
			head.e_ident[EI_CLASS] == ELFCLASS32 &&
			!(call_narrow(0) && head.e_machine == EM_386);
	close(fd);
}

/* struct iovec and struct msghdr of a 32-bit program. */
struct narrow_part {
	uint32_t base, len;
};
struct narrow_message {
	uint32_t name, name_len;
	uint32_t parts, parts_len;
	uint32_t control, control_len;
	uint32_t flags;
};

static bool read_narrow_message(
	const struct trace_call *call, struct msghdr *message)
{
	struct narrow_message narrow;

	if (peek_memory(call->thread, call->args[1], &narrow, sizeof(narrow)) !=
		sizeof(narrow))
		return false;
	*message = (struct msghdr){
		.msg_name = pointer_to(narrow.name),
		.msg_namelen = narrow.name_len,
		.msg_iov = pointer_to(narrow.parts),
		.msg_iovlen = narrow.parts_len,
	};
	return true;
}

static size_t read_narrow_parts(
	pid_t thread, uint64_t at, struct iovec parts[PARTS_MAX], size_t count)
{
	struct narrow_part narrow[PARTS_MAX];

	count = peek_memory(thread, at, narrow, count * sizeof(*narrow)) /
		sizeof(*narrow);
	for (size_t i = 0; i < count; i++)
		parts[i] = (struct iovec){
			.iov_base = pointer_to(narrow[i].base),
			.iov_len = narrow[i].len,
		};
	return count;
}

bool peek_message(const struct trace_call *call, struct msghdr *message)
{
	if (call->narrow)
		return read_narrow_message(call, message);
	return peek_memory(call->thread, call->args[1], message,
		       sizeof(*message)) == sizeof(*message);
}

/* The parts of a call's buffers; returns how many. */
static size_t read_parts(
	const struct trace_call *call, struct iovec parts[PARTS_MAX])
{
	struct msghdr message;
	uint64_t at = call->args[1], count = call->args[2];

	switch (call->what->bytes) {
	case CALL_NO_BYTES:
		return 0;
	case CALL_BUFFER:
		parts[0] = (struct iovec){
			.iov_base = pointer_to(at),
			.iov_len = count,
		};
		return 1;
	case CALL_MESSAGE:
	case CALL_MESSAGES: /* the first of them */
		if (!peek_message(call, &message))
			return 0;
		at = (uintptr_t)message.msg_iov;
		count = message.msg_iovlen;
		break;
	case CALL_VECTOR:
		break;
	}
	if (count > PARTS_MAX)
		count = PARTS_MAX;
	if (call->narrow)
		return read_narrow_parts(call->thread, at, parts, count);
	return peek_memory(call->thread, at, parts, count * sizeof(*parts)) /
		sizeof(*parts);
}

size_t peek_bytes(
	const struct trace_call *call, size_t len, void *out, size_t size)
{
	struct iovec parts[PARTS_MAX];
	size_t count = read_parts(call, parts), done = 0;

	if (len > size)
		len = size;
	for (size_t i = 0; i < count && done < len; i++) {
		size_t wanted = parts[i].iov_len < len - done ? parts[i].iov_len
							      : len - done;
		size_t n =
			peek_memory(call->thread, (uintptr_t)parts[i].iov_base,
				(char *)out + done, wanted);

		done += n;
		if (n < wanted)
			break;
	}
	return done;
}

uint64_t peek_room(const struct trace_call *call)
{
	struct iovec parts[PARTS_MAX];
	uint64_t room = 0;

	if (call->what->bytes == CALL_BUFFER)
		return call->args[2];
	size_t count = read_parts(call, parts);

	for (size_t i = 0; i < count; i++)
		room += parts[i].iov_len;
	return room;
}

size_t peek_message_bytes(const struct trace_call *call)
{
	size_t behind = call->narrow ? sizeof(struct narrow_message)
				     : offsetof(struct mmsghdr, msg_len);
	unsigned bytes;

	return peek_memory(call->thread, call->args[1] + behind, &bytes,
		       sizeof(bytes)) == sizeof(bytes)
		? bytes
		: 0;
}
