/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A program started so that it can be traced from its first call on. */
#ifndef GRACELAB_LAUNCH_H
#define GRACELAB_LAUNCH_H

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

struct launch {
	char *const *arguments; /* ends with NULL; [0] is looked up in PATH */
	const char *directory;  /* to work in, or NULL: ours */
	int input;              /* its standard input, or -1: ours */
	int network;            /* a namespace to live in, or -1: ours */
	const sigset_t *mask;   /* what it has blocked */
	/* Called in the child, last, where not NULL: what else is to be done.
	 * -1 with errno: it cannot be. */
	int (*prepare)(void *context);
	void *context;
	bool traced; /* else it runs at once, and dies with us */
	bool all;    /* filter_compose() */
};

/*
 * Starts it. A traced one waits, until launch_go(), to be seized.
 * `*gate` is for that. Returns its number, or -1 with errno.
 */
pid_t launch_begin(const struct launch *launch, int *gate);

/*
 * A command with `{host}`, `{port}` and, if that is not NULL, `{here}` filled
 * in, for free(3); NULL without memory.
 */
char *launch_fill_in(
	const char *command, const char *host, unsigned port, const char *here);

/* Has it go on, and closes the gate; `seized`: it shall install the filter. */
void launch_go(int gate, bool seized);

#endif
