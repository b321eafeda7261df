/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Bulk without stops: a program that moves much is led, where it calls the
 * kernel, through code of ours that counts (bypass_code.h). How many calls it
 * was, and how many bytes, is exact; each other call stops as before, and so
 * does what ends the bulk: EOF, an errno, a smaller call.
 *
 * Only for programs with no filter of their own, on x86-64, whose instructions
 * are of the kind that is known; all others stop at each call.
 */
#ifndef GRACELAB_BYPASS_H
#define GRACELAB_BYPASS_H

#include "tracing.h"

enum bypass_laid {
	BYPASS_NOT,   /* the call is made as before */
	BYPASS_AGAIN, /* the thread calls once more, and goes through */
	BYPASS_GONE,  /* it was killed meanwhile: see *status, of waitpid(2) */
};

/* At the entry of a call in bulk, thread->call, from `address`. */
enum bypass_laid bypass_lay(struct tracer *tracer, const struct thread *thread,
	uint64_t address, int *status);

/*
 * Whether the thread, which has stopped at the entry of a call from `address`,
 * tells of one that was made without a stop: then `call` is that one, with its
 * result, and the thread gets it when it goes on.
 */
bool bypass_reports(struct tracer *tracer, const struct thread *thread,
	long number, uint64_t address, struct trace_call *call);

/*
 * A signal is about to be delivered. The same of a call that has ended and was
 * not told yet; what gave bytes is counted, and false then.
 */
bool bypass_interrupted(struct tracer *tracer, const struct thread *thread,
	struct trace_call *call);

/*
 * A signal is about to be handled by the program: its handler will return to
 * where the thread stands now, so no instruction there may be changed from now
 * on.
 */
void bypass_handled(struct tracer *tracer, const struct thread *thread);

/* Tells hooks.bulk what was counted for a connection, or for all: NULL. */
void bypass_harvest(struct tracer *tracer, const void *group);

/* A descriptor is about to be closed, -1: all of them. */
void bypass_close(struct tracer *tracer, pid_t process, int fd);

/* A process was started: has it the code of another? */
void bypass_born(struct tracer *tracer, pid_t process);

/* The process has ended, or is another program. */
void bypass_forget(struct tracer *tracer, pid_t process);

/* It is about to have a filter of its own, which might kill it for what our
 * code calls. */
void bypass_refuse(struct tracer *tracer, pid_t process);

void bypass_free(struct tracer *tracer);

/* What a call is about to close is no bulk any more. */
void bypass_close_by(struct tracer *tracer, const struct trace_call *call);

#endif
