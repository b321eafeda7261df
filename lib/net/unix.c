/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unix.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/duration.h"
#include "lib/base/io.h"
#include "lib/base/names.h"
#include "lib/base/signals.h"
#include "lib/text/escape.h"

/* How often a listener whose queue is full is tried; nothing tells of room. */
#define AGAIN_MS 5

bool unix_is(const char *text)
{
	return !strncmp(text, UNIX_PREFIX, strlen(UNIX_PREFIX));
}

const char *unix_parse(
	const char *text, struct sockaddr_un *address, socklen_t *address_bytes)
{
	const char *path = text + strlen(UNIX_PREFIX);
	size_t len = strlen(path);

	if (!len || !strcmp(path, "@"))
		return "expected a path, or @ and a name, behind unix:";
	if (len > UNIX_PATH_BYTES)
		return "the path is longer than 107 bytes, the most that a "
		       "UNIX socket's address holds";
	*address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	memcpy(address->sun_path, path, len);
	*address_bytes = (socklen_t)(offsetof(struct sockaddr_un, sun_path) +
		len + (*path != '@'));
	/* An abstract name begins with NUL, and is as long as it is said. */
	if (*path == '@')
		address->sun_path[0] = '\0';
	return NULL;
}

const char *unix_wrong(const char *text)
{
	struct sockaddr_un address;
	socklen_t bytes;

	return unix_is(text) ? unix_parse(text, &address, &bytes) : NULL;
}

void unix_format(
	const struct sockaddr *address, socklen_t address_bytes, char *out)
{
	struct sockaddr_un un = { 0 };
	size_t head = offsetof(struct sockaddr_un, sun_path);
	size_t bytes = address_bytes > sizeof(un) ? sizeof(un) : address_bytes;
	size_t len = bytes > head ? bytes - head : 0;

	memcpy(&un, address, bytes);
	if (len && un.sun_path[0])
		len = strnlen(un.sun_path, len);
	else if (len)
		un.sun_path[0] = '@';
	strcpy(out, len ? UNIX_PREFIX : UNIX_PREFIX "(unnamed)");
	if (len)
		escape_text(out + strlen(UNIX_PREFIX), un.sun_path, len);
}

char *unix_peer_text(int fd, char *out)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);
	int domain = 0;
	socklen_t domain_size = sizeof(domain);

	*out = '\0';
	getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &domain_size);
	/* A process of another PID namespace has number 0 here. */
	if (domain == AF_UNIX &&
		!getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size))
		snprintf(out, UNIX_PEER_SIZE, ", pid %d, uid %u", (int)peer.pid,
			(unsigned)peer.uid);
	return out;
}

static int new_socket(void)
{
	return socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

/*
 * Whether a socket's file is left over: nobody has it bound, so that connect(2)
 * is refused. Asked by a datagram socket, of which who listens notices nothing:
 * it fails with EPROTOTYPE. `*found` is what stands there.
 */
static bool is_stale(const struct sockaddr_un *address, struct stat *found,
	const char **what)
{
	if (lstat(address->sun_path, found))
		return errno == ENOENT;
	if (!S_ISSOCK(found->st_mode)) {
		*what = ": a file that is no socket stands there";
		return false;
	}
	*what = ": somebody listens there";
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool refused = fd >= 0 &&
		connect(fd, (const struct sockaddr *)address,
			sizeof(*address)) &&
		errno == ECONNREFUSED;

	if (fd >= 0)
		close(fd);
	return refused;
}

/* Makes room for the file where the one that is there is left over. */
static bool replace_stale(const struct sockaddr_un *address, const char **what)
{
	struct stat found = { 0 }, now;

	if (!is_stale(address, &found, what))
		return false;
	/* Somebody may have begun to listen meanwhile, at a file of their own.
	 */
	return lstat(address->sun_path, &now) ||
		(now.st_ino == found.st_ino && now.st_dev == found.st_dev &&
			!unlink(address->sun_path));
}

/* bind(2) with a mode that keeps others out, whatever umask(2) is. */
static int bind_alone(
	int fd, const struct sockaddr_un *address, socklen_t address_bytes)
{
	return fchmod(fd, S_IRUSR | S_IWUSR) ||
			bind(fd, (const struct sockaddr *)address,
				address_bytes)
		? -1
		: 0;
}

static int listen_there(const struct sockaddr_un *address,
	socklen_t address_bytes, struct unix_file *file, const char **what)
{
	bool is_file = address->sun_path[0];
	struct stat made;
	int fd = new_socket();

	if (fd < 0)
		return -1;
	int failed = bind_alone(fd, address, address_bytes);

	if (failed && errno == EADDRINUSE && is_file) {
		if (replace_stale(address, what))
			failed = bind_alone(fd, address, address_bytes);
		else
			errno = EADDRINUSE;
	}
	if (!failed && is_file && !lstat(address->sun_path, &made)) {
		file->device = made.st_dev;
		file->inode = made.st_ino;
		strcpy(file->path, address->sun_path);
	}
	/* As many as the kernel allows: who waits there is not refused. */
	if (!failed && !listen(fd, SOMAXCONN))
		return fd;
	io_close(fd);
	return -1;
}

int unix_listen(const char *text, struct unix_file *file, char *error)
{
	char where[NET_ADDRESS_SIZE], why[NAMES_DESCRIPTION_SIZE];
	struct sockaddr_un address;
	socklen_t bytes;
	const char *more = "", *wrong = unix_parse(text, &address, &bytes);

	*file = (struct unix_file){ .path = "" };
	if (wrong) {
		snprintf(error, NET_ERROR_SIZE, "cannot listen on %.200s: %s",
			text, wrong);
		errno = ENAMETOOLONG;
		return -1;
	}
	int fd = listen_there(&address, bytes, file, &more);

	if (fd >= 0)
		return fd;
	int number = errno;

	unix_remove(file);
	unix_format((const struct sockaddr *)&address, bytes, where);
	snprintf(error, NET_ERROR_SIZE, "cannot listen on %s: %s%s", where,
		names_describe(why, number), number == EADDRINUSE ? more : "");
	errno = number;
	return -1;
}

void unix_remove(struct unix_file *file)
{
	struct stat now;

	if (*file->path && !lstat(file->path, &now) &&
		now.st_dev == file->device && now.st_ino == file->inode)
		unlink(file->path);
	*file->path = '\0';
}

int unix_connect(const struct addrinfo *address, int64_t timeout_ms)
{
	static const struct timespec again = { 0, AGAIN_MS * 1000000 };
	int64_t deadline_ms =
		timeout_ms < 0 ? -1 : duration_deadline_ms(timeout_ms);
	int fd = new_socket();

	while (fd >= 0 && connect(fd, address->ai_addr, address->ai_addrlen)) {
		bool full = errno == EAGAIN;

		if (full && timeout_ms && deadline_ms >= 0 &&
			duration_now_ms() >= deadline_ms)
			errno = ETIMEDOUT;
		else if (full && timeout_ms)
			ppoll(NULL, 0, &again, signals_wait_mask());
		if (signals_ending())
			errno = EINTR;
		else if ((full && timeout_ms && errno != ETIMEDOUT) ||
			errno == EINTR)
			continue;
		io_close(fd);
		fd = -1;
	}
	return fd;
}
