/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "filter.h"
#include "lib/base/names.h"
#include "lib/text/utf8.h"
#include "stop.h"
#include "tracer.h"

/* A call of the table with arguments that are like no others. */
enum { PROBE_DESCRIPTOR = -12345, PROBE_HOW = 67 };

/* The child: waits for the filter to be wanted, and calls shutdown(2). */
__attribute__((noreturn)) static void be_probed(int gate)
{
	struct sock_filter filter[FILTER_MAX];
	unsigned short count = filter_compose(filter, false);
	char byte;

	if (read(gate, &byte, 1) != 1 || filter_install(filter, count))
		_exit(1);
	syscall(SYS_shutdown, PROBE_DESCRIPTOR, PROBE_HOW);
	_exit(0);
}

/* Waits for the next stop, and has it go on otherwise. */
static bool await(pid_t child, int wanted)
{
	int status;

	while (waitpid(child, &status, __WALL) == child && WIFSTOPPED(status)) {
		if (status >> 8 == wanted)
			return true;
		if (ptrace(PTRACE_CONT, child, NULL, NULL))
			return false;
	}
	return false;
}

/* NULL, or what is lacking. */
static const char *look(pid_t child, int gate)
{
	struct stop_entry entry;
	int64_t result;

	if (ptrace(PTRACE_SEIZE, child, NULL, STOP_OPTIONS))
		return "ptrace(PTRACE_SEIZE)";
	if (write(gate, "", 1) != 1)
		return "pipe";
	errno = 0;
	if (!await(child, SIGTRAP | PTRACE_EVENT_SECCOMP << 8))
		return "a seccomp(2) filter";
	if (!stop_entry(child, &entry) || entry.number != SYS_shutdown ||
		(int)entry.args[0] != PROBE_DESCRIPTOR ||
		entry.args[1] != PROBE_HOW)
		return "PTRACE_GET_SYSCALL_INFO";
	if (ptrace(PTRACE_SYSCALL, child, NULL, NULL) ||
		!await(child, SIGTRAP | 0x80) || !stop_result(child, &result) ||
		result != -EBADF)
		return "the result of a call";
	return NULL;
}

bool tracer_probe(char *why, size_t why_size)
{
	char description[NAMES_DESCRIPTION_SIZE];
	int ends[2];
	const char *lacking = "pipe";

	if (pipe2(ends, O_CLOEXEC)) {
		snprintf(why, why_size, "pipe");
		return false;
	}
	pid_t child = fork();

	if (child == 0) {
		/* Or this process would wait for itself, were we killed. */
		close(ends[1]);
		be_probed(ends[0]);
	}
	lacking = child < 0 ? "fork" : look(child, ends[1]);
	if (lacking)
		utf8_print(why, why_size, "%s: %s", lacking,
			errno ? names_describe(description, errno)
			      : "not as it should be");
	if (child > 0) {
		kill(child, SIGKILL);
		/* It stops once more at its end. */
		while (waitpid(child, NULL, __WALL) > 0)
			ptrace(PTRACE_CONT, child, NULL, NULL);
	}
	close(ends[0]);
	close(ends[1]);
	return !lacking;
}
