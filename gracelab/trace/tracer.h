/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Programs under ptrace(2): their calls of the table stop twice, all others
 * run at full speed.
 *
 * One call of a group is under way at a time, so that the order in which they
 * are told is the order in which they were: a call waits at its entry until
 * the one before has ended or sleeps, and until who slept and was woken has
 * ended too. Calls that move much are not held up; where two of them overlap,
 * that is said.
 */
#ifndef GRACELAB_TRACER_H
#define GRACELAB_TRACER_H

#include "launch.h"
#include "thread.h"

enum tracer_remark {
	TRACER_URING,      /* it asked for io_uring and was told ENOSYS */
	TRACER_URING_SEEN, /* it has one, and what it does is not seen */
	TRACER_FILTER,     /* it installs a filter: what that refuses is not
			    * seen */
	TRACER_FOREIGN,    /* its calls are of another ABI, and not seen */
	TRACER_PRIVILEGED, /* set-user-ID, and runs without its privilege */
};

struct tracer_hooks {
	/* Entry: whether it is to be looked at; may set subject, group, bulk
	 * and `what` of calls that are of one kind. */
	bool (*enter)(void *context, struct trace_call *call);
	/* It goes on now; not for the same call again after a signal. */
	void (*begin)(void *context, struct trace_call *call);
	/* It has ended, with call->result. */
	void (*leave)(void *context, struct trace_call *call);
	/* Its thread has ended in it. */
	void (*abandon)(void *context, struct trace_call *call);
	/* A signal is about to be delivered. */
	void (*signal)(void *context, const struct thread *thread, int signal);
	/* The last thread of a process ends, but has all files still: the
	 * call is call_exit. leave() follows once they are closed; both have
	 * the wait status in args[0]. */
	/* A process was started by another, or by us. */
	void (*born)(void *context, const struct thread *thread);
	/* A process has ended; also one that was killed with no ado. */
	void (*ended)(void *context, pid_t process, int root, int wait_status);
	void (*remark)(
		void *context, pid_t process, enum tracer_remark remark);
	void *context;
};

struct tracer {
	struct tracer_hooks hooks;
	struct threads threads;
	struct thread *active; /* in a call, and not asleep */
	struct thread *first, **last; /* queue */
	bool all;                     /* filter_compose() */
	bool failed;                  /* there was no memory */
};

void tracer_begin(
	struct tracer *tracer, const struct tracer_hooks *hooks, bool all);

/*
 * Starts a program, seized; `root` is what its calls and those of all that it
 * starts are marked with. Returns its number, or -1 with errno; EPERM: tracing
 * is refused.
 */
pid_t tracer_start(struct tracer *tracer, struct launch *launch, int root);

/*
 * Deals with all that has stopped or ended, until nothing has; SIGCHLD says
 * that there may be more. Returns whether anything had.
 */
bool tracer_handle(struct tracer *tracer);

/* Ends it; who lives still is killed with this process. */
void tracer_end(struct tracer *tracer);


/*
 * Tries all of it with a real child. False where it is refused, or the kernel
 * lacks it, with the reason in why (why_size bytes).
 */
bool tracer_probe(char *why, size_t why_size);

#endif
