/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "family.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/names.h"
#include "lib/base/signals.h"
#include "lib/base/start.h"
#include "lib/base/task.h"

#define LOOK_MS 5

/* Where the family has its news, and what the program calls. */
#define FAMILY_NEWS (STDERR_FILENO + 1)
#define FAMILY_TOLD (FAMILY_NEWS + 1)

/*
 * Leaves the lab's descriptors and signals behind: a connection that a copy
 * holds open would not end when the lab closes it.
 */
static void leave_lab(struct family *family)
{
	/* Out of the way of what comes to stand there. */
	int told = fcntl(family->teller.out, F_DUPFD, FAMILY_TOLD + 1);

	dup2(family->input < 0 ? open("/dev/null", O_RDONLY) : family->input,
		STDIN_FILENO);
	dup2(family->output, STDOUT_FILENO);
	dup2(family->errors, STDERR_FILENO);
	dup2(family->news, FAMILY_NEWS);
	family->news = FAMILY_NEWS;
	family->teller.out = told < 0 ? -1 : dup2(told, FAMILY_TOLD);
	closefrom(told < 0 ? FAMILY_TOLD : FAMILY_TOLD + 1);
	signals_by_default();
	sigprocmask(SIG_SETMASK, family->outside, NULL);
}

/* Ends with the parent. It may have ended before that could be asked for. */
static void end_with_parent(int signal, pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, signal);
	if (getppid() != parent)
		_exit(1);
}

/* The command itself. */
__attribute__((noreturn)) static void become(const struct family *family)
{
	char why[NAMES_DESCRIPTION_SIZE];

	if (family->gate[1] >= 0)
		teller_be_looked_at(&family->teller, family->gate[1]);
	closefrom(STDERR_FILENO + 1);
	start_undo();
	/* As a shell starts it, whatever this process was started with. */
	signals_sigpipe_apply(SIGPIPE_DEFAULT);
	execvp(family->words[0], family->words);
	dprintf(STDERR_FILENO, "cannot start %s: %s\n", family->words[0],
		names_describe(why, errno));
	_exit(127);
}

/* Ends all that is left of the family, whose orphans are our children. */
__attribute__((noreturn)) static void end_all(void)
{
	while (waitpid(-1, NULL, WNOHANG) >= 0) {
		size_t count;
		pid_t *children = task_children(0, getpid(), &count);

		for (size_t i = 0; i < count; i++)
			kill(children[i], SIGKILL);
		free(children);
		poll(NULL, 0, LOOK_MS);
	}
	_exit(0);
}

/*
 * Looks after the command, and tells how it ends. Ends once nothing is left of
 * the family, or, asked by SIGTERM, ends all of it.
 */
__attribute__((noreturn)) static void look_after(const struct family *family)
{
	sigset_t awaited;
	int status, signal = 0;
	pid_t pid, self = getpid();

	sigemptyset(&awaited);
	sigaddset(&awaited, SIGCHLD);
	sigaddset(&awaited, SIGTERM);
	sigprocmask(SIG_BLOCK, &awaited, NULL);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	pid_t program = fork();

	if (program == 0) {
		end_with_parent(SIGKILL, self);
		become(family);
	}
	do {
		while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
			if (pid == program &&
				write(family->news, &status, sizeof(status)) <
					0)
				end_all();
		if (pid < 0)
			_exit(0);
		signal = sigwaitinfo(&awaited, NULL);
	} while (signal != SIGTERM);
	end_all();
}

/*
 * Its own /proc: by that of the host the family would find strangers under its
 * own numbers, pid_namespaces(7). Not where mounts are refused.
 */
static void see_own_processes(void)
{
	if (!unshare(CLONE_NEWNS) &&
		!mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC,
			NULL);
}

/* The first process of the PID namespace, so that its end is the end of all. */
__attribute__((noreturn)) static void be_first(const struct family *family)
{
	struct pollfd keeper = { .fd = family->lives[0] };

	/* The parent is in another namespace and has no number here; but with
	 * it the pipe's other end is gone. */
	close(family->lives[1]);
	if (family->gate[0] >= 0)
		close(family->gate[0]);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (poll(&keeper, 1, 0) != 0)
		_exit(1);
	see_own_processes();
	look_after(family);
}

/*
 * Only where the keeper outlives all of them, and has the means to look at what
 * does not let itself be looked at by everybody: where it could make a PID
 * namespace.
 */
static void open_gate(struct family *family, int error)
{
	family->gate[0] = family->gate[1] = -1;
	if (family->teller.out < 0)
		return;
	if (error)
		teller_refuse(&family->teller, "unshare(CLONE_NEWPID)", error);
	else if (teller_make_gate(family->gate))
		teller_refuse(&family->teller, "socketpair(2)", errno);
}

/* A PID namespace counts for children only: the first of them looks after the
 * program, and this process waits for it. */
void family_keep(struct family *family)
{
	setpgid(0, 0);
	leave_lab(family);
	bool alone = unshare(CLONE_NEWPID) || pipe(family->lives);

	open_gate(family, alone ? errno : 0);
	if (alone) {
		/* SIGTERM finds all that there is. */
		sigset_t term;

		sigemptyset(&term);
		sigaddset(&term, SIGTERM);
		sigprocmask(SIG_BLOCK, &term, NULL);
		end_with_parent(SIGTERM, family->parent);
		look_after(family);
	}
	end_with_parent(SIGKILL, family->parent);
	pid_t first = fork();

	if (first == 0)
		be_first(family);
	if (family->gate[0] >= 0) {
		close(family->gate[1]);
		teller_look(&family->teller, family->gate[0], first);
	}
	while (waitpid(first, NULL, 0) < 0 && errno == EINTR)
		;
	_exit(0);
}
