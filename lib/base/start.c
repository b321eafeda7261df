/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "start.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "names.h"
#include "status.h"

/* As it was found. */
static struct {
	struct sigaction sigchld, sigxfsz;
	sigset_t blocked;
	struct rlimit descriptors;
} found;

static void keep_standard_descriptors(void)
{
	/* Read-only, so that a write to it fails as it would have. */
	for (int fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) < 0)
			(void)!open("/dev/null", O_RDONLY);
}

static void set_signals(void)
{
	const struct sigaction by_default = { .sa_handler = SIG_DFL };
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	sigset_t blocked;

	sigaction(SIGCHLD, &by_default, &found.sigchld);
	sigaction(SIGXFSZ, &ignore, &found.sigxfsz);
	sigemptyset(&blocked);
	sigprocmask(SIG_SETMASK, NULL, &found.blocked);
	if (sigismember(&found.blocked, SIGPIPE))
		sigaddset(&blocked, SIGPIPE);
	sigprocmask(SIG_SETMASK, &blocked, NULL);
}

static void raise_descriptor_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &found.descriptors))
		return;
	limit = found.descriptors;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

/* What stdio holds back until the end, as --help is, may not get out. */
static void check_output(int status, void *name)
{
	char why[NAMES_DESCRIPTION_SIZE];
	int error = fflush(stdout) ? errno : 0;

	if (status || (!error && !ferror(stdout)))
		return;
	/* Of an earlier write nobody has kept errno. */
	fprintf(stderr, "%s: cannot write standard output: %s\n",
		(const char *)name,
		error ? names_describe(why, error)
		      : "an earlier write has failed");
	_exit(STATUS_FAILURE);
}

void start(int *argc, char ***argv, const char *name)
{
	/* Whoever gave no argv[0] is given one, for getopt(3) to skip. */
	static char *none[] = { NULL, NULL };

	program_invocation_name = program_invocation_short_name = (char *)name;
	if (*argc < 1) {
		*argc = 1;
		*argv = none;
	}
	(*argv)[0] = (char *)name;
	keep_standard_descriptors();
	set_signals();
	raise_descriptor_limit();
	on_exit(check_output, (void *)name);
}

void start_undo(void)
{
	sigaction(SIGCHLD, &found.sigchld, NULL);
	sigaction(SIGXFSZ, &found.sigxfsz, NULL);
	if (found.descriptors.rlim_max)
		setrlimit(RLIMIT_NOFILE, &found.descriptors);
	sigprocmask(SIG_SETMASK, &found.blocked, NULL);
}
