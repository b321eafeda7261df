/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The threads that are traced, by their number. */
#ifndef GRACELAB_THREAD_H
#define GRACELAB_THREAD_H

#include "call.h"
#include "lib/base/task.h"

/* What a thread does with its call. */
enum thread_phase {
	THREAD_FREE,        /* no call that is looked at */
	THREAD_QUEUED,      /* stopped at the entry of one, until its turn */
	THREAD_CALLING,     /* in it */
	THREAD_INTERRUPTED, /* it may be restarted, signal(7) */
	THREAD_ENDING,      /* past its last instruction */
};

struct thread {
	struct thread *next;  /* of the same bucket */
	struct thread *later; /* in the queue */
	enum thread_phase phase;
	bool asleep;    /* its call was seen to block */
	bool returns;   /* INTERRUPTED: it is in rt_sigreturn(2) */
	bool handled;   /* INTERRUPTED: a handler is called */
	unsigned depth; /* ... handlers that have not returned yet */
	bool restarts;  /* ... and the call is restarted behind it */
	bool unaligned; /* stopped, and the call's exit is yet to come */
	struct trace_call call;
	pid_t number, process;
	int root;
	int wait_status; /* ENDING: of the process */
	struct task_watch state;
	int files; /* peek_open_files(), once it is asked for; or 0 */
	int kept;  /* of waitpid(2), and not yet looked at */
	bool has_kept;
	bool shares;     /* of a process: its descriptors, or what it calls by
			  * those is not all seen */
	unsigned copies; /* of a process: trace_call.copies */
	uint64_t restarting; /* of a process: signals whose handler has
			      * SA_RESTART */
	bool foreign;        /* TRACER_FOREIGN was said of its process */
	bool traces;         /* TRACER_TRACES was */
	unsigned passed;     /* calls that were none of ours */
};

#define THREAD_BUCKETS 64

/* Of more threads no descriptors are kept. */
#define THREADS_KEPT 256

struct threads {
	struct thread *buckets[THREAD_BUCKETS]; /* owned */
	size_t count;
};

struct thread *threads_find(const struct threads *threads, pid_t number);

/* task_state() */
char thread_state(const struct threads *threads, struct thread *thread);

/* For trace_call.files. */
int thread_files(const struct threads *threads, struct thread *thread);

/* Adds one; NULL without memory. */
struct thread *threads_add(struct threads *threads, pid_t number);

/* Notes that a process' descriptors are not its alone, thread.shares. */
void threads_share(const struct threads *threads, pid_t process);

/* Notes that others may have got copies of a process' descriptors. */
void threads_copy(const struct threads *threads, pid_t process);

/* Takes it out, and frees it. */
void threads_remove(struct threads *threads, pid_t number);

/* Gives a thread another number, in place of who has that (execve(2)). */
void threads_rename(struct threads *threads, pid_t from, pid_t to);

/* The next of all, the first for NULL; none may be removed meanwhile. */
struct thread *threads_each(
	const struct threads *threads, const struct thread *previous);

/* waitpid(2), without waiting, of these alone, whatever else this process has
 * started; 0: of none. */
pid_t threads_wait(const struct threads *threads, int *status);

/* Whether it is ours to wait for: its end has not been told yet. */
bool thread_is_ours(pid_t number);

void threads_free(struct threads *threads);

#endif
