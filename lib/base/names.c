/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "names.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

/* glibc has the abbreviations without SIG only, and no way back from them. */
static const struct {
	int number;
	const char *name;
} signals[] = {
	{ SIGABRT, "SIGABRT" },
	{ SIGALRM, "SIGALRM" },
	{ SIGBUS, "SIGBUS" },
	{ SIGCHLD, "SIGCHLD" },
	{ SIGCONT, "SIGCONT" },
	{ SIGFPE, "SIGFPE" },
	{ SIGHUP, "SIGHUP" },
	{ SIGILL, "SIGILL" },
	{ SIGINT, "SIGINT" },
	{ SIGKILL, "SIGKILL" },
	{ SIGPIPE, "SIGPIPE" },
	{ SIGQUIT, "SIGQUIT" },
	{ SIGSEGV, "SIGSEGV" },
	{ SIGSTOP, "SIGSTOP" },
	{ SIGTERM, "SIGTERM" },
	{ SIGTSTP, "SIGTSTP" },
	{ SIGUSR1, "SIGUSR1" },
	{ SIGUSR2, "SIGUSR2" },
};

/* No system call of Linux gives a greater one. */
#define ERRNO_MAX 133

#define SIGNALS (sizeof(signals) / sizeof(*signals))

const char *names_errno(int error)
{
	const char *name = strerrorname_np(error);

	return name ? name : "E?";
}

int names_errno_number(const char *name)
{
	for (int error = 1; error <= ERRNO_MAX; error++)
		if (!strcmp(names_errno(error), name))
			return error;
	return 0;
}

const char *names_signal(int number)
{
	for (size_t i = 0; i < SIGNALS; i++)
		if (signals[i].number == number)
			return signals[i].name;
	return "SIG?";
}

int names_signal_number(const char *name)
{
	for (size_t i = 0; i < SIGNALS; i++)
		if (!strcmp(signals[i].name, name) ||
			!strcmp(signals[i].name + 3, name))
			return signals[i].number;
	return 0;
}

const char *names_shutdown(int how)
{
	return how == SHUT_RD    ? "SHUT_RD"
		: how == SHUT_WR ? "SHUT_WR"
				 : "SHUT_RDWR";
}

int names_shutdown_number(const char *name)
{
	static const int all[] = { SHUT_RD, SHUT_WR, SHUT_RDWR };

	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		if (!strcmp(names_shutdown(all[i]), name))
			return all[i];
	return -1;
}

char *names_describe(char *out, int error)
{
	snprintf(out, NAMES_DESCRIPTION_SIZE, "%s (%s)", names_errno(error),
		strerror(error));
	return out;
}
