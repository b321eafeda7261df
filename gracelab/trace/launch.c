/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launch.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "filter.h"
#include "lib/base/io.h"
#include "lib/base/names.h"

/* As shells say that a program is not there, or cannot be run. */
enum { STATUS_NOT_FOUND = 127, STATUS_NOT_RUN = 126 };

__attribute__((noreturn)) static void fail(const char *what)
{
	int error = errno;
	char line[512], why[NAMES_DESCRIPTION_SIZE];
	int len = snprintf(line, sizeof(line), "gracelab: cannot run %s: %s\n",
		what, names_describe(why, error));

	if (len > 0)
		io_write(STDERR_FILENO, line,
			(size_t)len < sizeof(line) ? (size_t)len
						   : sizeof(line) - 1);
	_exit(error == ENOENT ? STATUS_NOT_FOUND : STATUS_NOT_RUN);
}

/* Waits to be seized; whether it was. */
static bool await_gate(int gate)
{
	char seized = 0;

	while (read(gate, &seized, 1) < 0 && errno == EINTR)
		;
	return seized;
}

__attribute__((noreturn)) static void become(
	const struct launch *launch, int gate, pid_t parent)
{
	struct sock_filter filter[FILTER_MAX];
	unsigned short count = filter_compose(filter, launch->all);
	const char *program = launch->arguments[0];

	if (launch->network >= 0 && setns(launch->network, CLONE_NEWNET))
		fail(program);
	if (launch->input >= 0 && dup2(launch->input, STDIN_FILENO) < 0)
		fail(program);
	if (launch->directory && chdir(launch->directory))
		fail(launch->directory);
	if (!launch->traced || !await_gate(gate)) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(STATUS_NOT_RUN);
	} else if (filter_install(filter, count)) {
		fail(program);
	}
	if (launch->prepare && launch->prepare(launch->context))
		fail(program);
	if (launch->mask)
		sigprocmask(SIG_SETMASK, launch->mask, NULL);
	execvp(program, launch->arguments);
	fail(program);
}

pid_t launch_begin(const struct launch *launch, int *gate)
{
	pid_t parent = getpid();
	int ends[2];

	if (pipe2(ends, O_CLOEXEC))
		return -1;
	pid_t child = fork();
	int error = errno;

	if (child == 0) {
		close(ends[1]);
		become(launch, ends[0], parent);
	}
	close(ends[0]);
	*gate = ends[1];
	if (child < 0)
		close(ends[1]);
	errno = error;
	return child;
}

void launch_go(int gate, bool seized)
{
	const char byte = 1;

	if (seized)
		io_write(gate, &byte, 1);
	close(gate);
}

char *launch_fill_in(
	const char *command, const char *host, unsigned port, const char *here)
{
	char number[16];
	const struct {
		const char *name, *value;
	} values[] = { { "{host}", host }, { "{port}", number },
		{ "{here}", here } };
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	snprintf(number, sizeof(number), "%u", port);
	while (*command) {
		size_t i = 0;

		while (i < 3 &&
			(!values[i].value ||
				strncmp(command, values[i].name,
					strlen(values[i].name)) != 0))
			i++;
		fputs(i < 3 ? values[i].value : "", out);
		if (i == 3)
			fputc(*command, out);
		command += i < 3 ? strlen(values[i].name) : 1;
	}
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}
