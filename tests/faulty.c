/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * For LD_PRELOAD: faults that strace(1) cannot inject, because the call has to
 * be made all the same. FAULTY names them, one letter each; every second such
 * call is affected:
 *
 *   c  close(2) closes and then fails with EINTR, as the kernel may
 *   s  send(2) takes one byte only
 *   w  write(2) takes one byte only
 *   g  getaddrinfo(3) of a name never returns
 *
 * A file FAULTY_MARK.LETTER shows that it was.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netdb.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static bool is_due(char fault)
{
	static unsigned counts[128];
	const char *faults = getenv("FAULTY");
	char path[PATH_MAX];

	if (!faults || !strchr(faults, fault) || counts[(int)fault]++ % 2 == 0)
		return false;
	snprintf(path, sizeof(path), "%s.%c", getenv("FAULTY_MARK"), fault);
	creat(path, 0666);
	return true;
}

int close(int fd)
{
	int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "close");
	int result = real(fd);

	if (result || !is_due('c'))
		return result;
	errno = EINTR;
	return -1;
}

ssize_t send(int fd, const void *data, size_t len, int flags)
{
	ssize_t (*real)(int, const void *, size_t, int) = (ssize_t(*)(
		int, const void *, size_t, int))dlsym(RTLD_NEXT, "send");

	return real(fd, data, len > 1 && is_due('s') ? 1 : len, flags);
}

ssize_t write(int fd, const void *data, size_t len)
{
	ssize_t (*real)(int, const void *, size_t) = (ssize_t(*)(
		int, const void *, size_t))dlsym(RTLD_NEXT, "write");

	return real(fd, data, len > 1 && is_due('w') ? 1 : len);
}

int getaddrinfo(const char *host, const char *port,
	const struct addrinfo *hints, struct addrinfo **list)
{
	int (*real)(const char *, const char *, const struct addrinfo *,
		struct addrinfo **) =
		(int (*)(const char *, const char *, const struct addrinfo *,
			struct addrinfo **))dlsym(RTLD_NEXT, "getaddrinfo");
	const char *faults = getenv("FAULTY");

	while (faults && strchr(faults, 'g') &&
		!(hints->ai_flags & AI_NUMERICHOST))
		pause();
	return real(host, port, hints, list);
}
