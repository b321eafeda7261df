/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whose call goes on: one at a time, see tracer.h. */
#ifndef GRACELAB_TURN_H
#define GRACELAB_TURN_H

#include "tracing.h"

/* Has a thread go on, with that signal, or 0. */
void turn_go_on(const struct thread *thread, int signal);

/* The thread stands at the entry of a call, and goes on when it may. */
void turn_add(struct tracer *tracer, struct thread *thread);

/* Lets others run, where it would be in vain to ask now what became of them. */
void turn_yield(struct tracer *tracer);

/*
 * Has calls go on that may, given that nothing is to be reported at this
 * moment. Returns whether somebody waits for one that will not take long: then
 * look again.
 */
bool turn_advance(struct tracer *tracer);

/* Has the first that waits go on, where calls are held; NULL: none waits. */
const struct trace_call *turn_release(struct tracer *tracer);

/* The thread's call has ended. */
void turn_leave(struct tracer *tracer, struct thread *thread);

/*
 * Whether a call that is sure (trace_call.sure) is under way, which does not
 * stop at its end: it is over, and told then, once its thread stops for
 * something else, sleeps, or what it does was seen.
 */
bool turn_is_sure(const struct thread *thread);

/* The thread of one has stopped or ended, with that wait status: it is over,
 * unless the thread was killed before it. */
void turn_end_sure(struct tracer *tracer, struct thread *thread, int status);

/* Has those told that are over by now. */
void turn_settle(struct tracer *tracer);

/* The thread is no more. */
void turn_forget(struct tracer *tracer, struct thread *thread);

#endif
