/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hold.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/signals.h"

struct hold {
	int fd;         /* the duplicate, or -1 */
	int parent_end; /* the child ends when this pipe's writing end closes */
	pid_t child;    /* or 0 */
};

/*
 * The child: keeps the socket and waits for the end of its parent or of the
 * hold. It must not keep anything else open, nor die of a key that is pressed
 * for its parent.
 */
__attribute__((noreturn)) static void keep(int fd, int parent_end)
{
	static const int from_terminal[] = { SIGINT, SIGQUIT, SIGTSTP, SIGHUP };
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	char byte;

	/* Tidying a terminal up is the parent's to do. */
	signals_by_default();
	for (size_t i = 0; i < sizeof(from_terminal) / sizeof(int); i++)
		sigaction(from_terminal[i], &ignore, NULL);
	if (dup2(fd, 0) < 0 || dup2(parent_end, 1) < 0)
		_exit(1);
	closefrom(2);
	while (read(1, &byte, 1) < 0 && errno == EINTR)
		;
	_exit(0);
}

static int hold_by_child(struct hold *hold, int fd)
{
	int parent_end[2];

	if (pipe2(parent_end, O_CLOEXEC))
		return -1;
	/* keep() arranges its descriptors as 0 and 1; these must be above. */
	int high = fcntl(parent_end[0], F_DUPFD_CLOEXEC, 3);

	close(parent_end[0]);
	hold->child = high < 0 ? -1 : fork();
	if (hold->child == 0)
		keep(fd, high);
	int error = errno;

	if (high >= 0)
		close(high);
	hold->parent_end = parent_end[1];
	if (hold->child < 0)
		close(parent_end[1]);
	errno = error;
	return hold->child < 0 ? -1 : 0;
}

static int hold_by_dup(struct hold *hold, int fd)
{
	hold->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	return hold->fd < 0 ? -1 : 0;
}

struct hold *hold_take(int fd, bool by_child)
{
	struct hold *hold = malloc(sizeof(*hold));

	if (!hold)
		return NULL;
	*hold = (struct hold){ .fd = -1, .parent_end = -1 };
	if (by_child ? hold_by_child(hold, fd) : hold_by_dup(hold, fd)) {
		int error = errno;

		free(hold);
		errno = error;
		return NULL;
	}
	return hold;
}

int hold_descriptor(const struct hold *hold)
{
	return hold->fd;
}

void hold_release(struct hold *hold)
{
	if (hold->fd >= 0)
		close(hold->fd);
	if (hold->child > 0) {
		close(hold->parent_end);
		while (waitpid(hold->child, NULL, 0) < 0 && errno == EINTR)
			;
	}
	free(hold);
}

void hold_forget(struct hold *hold)
{
	free(hold);
}
