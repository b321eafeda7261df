/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Programs under ptrace(2): their calls of the table stop twice, or once where
 * what they give shows otherwise (trace_call.sure); all others run at full
 * speed.
 *
 * One call of a group is under way at a time, so that the order in which they
 * are told is the order in which they were: a call waits at its entry until
 * the one before has ended or sleeps, and until who slept and was woken has
 * ended too. Calls that move much are not held up; where two of them overlap,
 * that is said.
 */
#ifndef GRACELAB_TRACER_H
#define GRACELAB_TRACER_H

#include "tracing.h"

void tracer_begin(
	struct tracer *tracer, const struct tracer_hooks *hooks, bool all);

/*
 * Starts a program, seized; `root` is what its calls and those of all that it
 * starts are marked with. Returns its number, or -1 with errno; EPERM: tracing
 * is refused.
 */
pid_t tracer_start(struct tracer *tracer, struct launch *launch, int root);

/*
 * Seizes a process that waits to be, and has no other thread; `root` as above.
 * 0, or -1 with errno.
 */
int tracer_seize(struct tracer *tracer, pid_t process, int root);

/*
 * Deals with all that has stopped or ended, until nothing has; SIGCHLD says
 * that there may be more. Returns whether anything had.
 */
bool tracer_handle(struct tracer *tracer);

/*
 * The same, but waits before that until something has stopped or ended, or one
 * of these signals comes, which are blocked otherwise.
 */
bool tracer_wait(struct tracer *tracer, const sigset_t *waking);

/* Ends it; who lives still is killed with this process. */
void tracer_end(struct tracer *tracer);

/*
 * Tries all of it with a real child. False where it is refused, or the kernel
 * lacks it, with the reason in why (why_size bytes).
 */
bool tracer_probe(char *why, size_t why_size);

#endif
