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
 *   k  ptrace(2) kills who calls it by SIGKILL
 *   p  pselect(2) that tells of standard input, if there is a file
 *      FAULTY_MARK.hold, removes that, and returns once SIGINT is pending and
 *      something is to be read
 *
 * A file FAULTY_MARK.LETTER shows that it was.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ptrace.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/syscall.h>
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

static bool is_interrupted_and_typed_on(void)
{
	sigset_t pending;
	int bytes = 0;

	sigpending(&pending);
	ioctl(STDIN_FILENO, FIONREAD, &bytes);
	return sigismember(&pending, SIGINT) && bytes;
}

int pselect(int top, fd_set *readable, fd_set *writable, fd_set *other,
	const struct timespec *left, const sigset_t *mask)
{
	int (*real)(int, fd_set *, fd_set *, fd_set *, const struct timespec *,
		const sigset_t *) = (int (*)(int, fd_set *, fd_set *, fd_set *,
		const struct timespec *, const sigset_t *))dlsym(RTLD_NEXT,
		"pselect");
	int result = real(top, readable, writable, other, left, mask);
	const char *faults = getenv("FAULTY");
	char path[PATH_MAX];

	if (!faults || !strchr(faults, 'p') || result <= 0 ||
		!FD_ISSET(STDIN_FILENO, readable))
		return result;
	snprintf(path, sizeof(path), "%s.hold", getenv("FAULTY_MARK"));
	if (unlink(path))
		return result;
	for (int i = 0; i < 10000 && !is_interrupted_and_typed_on(); i++)
		poll(NULL, 0, 1);
	return result;
}

long ptrace(enum __ptrace_request request, ...)
{
	const char *faults = getenv("FAULTY");
	va_list arguments;

	if (faults && strchr(faults, 'k'))
		kill(getpid(), SIGKILL);
	va_start(arguments, request);
	pid_t pid = va_arg(arguments, pid_t);
	void *address = va_arg(arguments, void *);
	void *data = va_arg(arguments, void *);

	va_end(arguments);
	return syscall(SYS_ptrace, request, pid, address, data);
}
