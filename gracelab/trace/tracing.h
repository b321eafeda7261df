/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a tracer consists of: data alone, for tracer.h and turn.h. */
#ifndef GRACELAB_TRACING_H
#define GRACELAB_TRACING_H

#include "launch.h"
#include "thread.h"

enum tracer_remark {
	TRACER_URING,      /* it asked for io_uring and was told ENOSYS */
	TRACER_URING_SEEN, /* it has one, and what it does is not seen */
	TRACER_FILTER,     /* it installs a filter: what that refuses is not
			    * seen */
	TRACER_HIDES,   /* it wanted not to be looked into, and is told it is */
	TRACER_HIDDEN,  /* it must not be looked into, and is not seen */
	TRACER_TRACES,  /* it uses ptrace(2), which fails here */
	TRACER_FOREIGN, /* its calls are of another ABI, and not seen */
	TRACER_PRIVILEGED, /* set-user-ID, and runs without its privilege */
};

struct tracer_hooks {
	/* Entry: whether it is to be looked at; may set subject, group, bulk,
	 * stops and `what` of calls that are of one kind. */
	bool (*enter)(void *context, struct trace_call *call);
	/* It goes on now, and may be said to be sure; not for the same call
	 * again after a signal. */
	void (*begin)(void *context, struct trace_call *call);
	/* It has ended, with call->result; of one that is sure that is 0, and
	 * may be set. */
	void (*leave)(void *context, struct trace_call *call);
	/* Of one that is sure: whether what it does was seen to be done. NULL
	 * where begin() calls none so. */
	bool (*done)(void *context, const struct trace_call *call);
	/* So many more calls like that one, which have given bytes, were made
	 * without a word; and so many that gave EAGAIN. */
	void (*bulk)(void *context, const struct trace_call *call,
		uint64_t calls, uint64_t bytes, uint64_t again);
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
	void (*remark)(void *context, pid_t process, enum tracer_remark remark);
	void *context;
};

struct bypass;

struct tracer {
	struct tracer_hooks hooks;
	struct threads threads;
	struct thread *active;        /* in a call, and not asleep */
	unsigned skip;                /* turns of others before the next look */
	unsigned vain;                /* looks in vain */
	struct thread *first, **last; /* queue */
	bool all;                     /* filter_compose() */
	bool alone;      /* other children of this process are not its own */
	bool holds;      /* calls wait at their entry for turn_release() */
	bool lets_uring; /* io_uring is not refused */
	bool swift;      /* calls in bulk need not stop, see bypass.h */
	struct bypass *bypasses; /* owned */
	unsigned kept;           /* threads, see world.h */
	bool failed;             /* there was no memory */
};

#endif
