/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A thread at the entry of a call: what is to become of that. */
#ifndef GRACELAB_ENTRY_H
#define GRACELAB_ENTRY_H

#include "tracing.h"

/* It has stopped there. */
void entry_stop(struct tracer *tracer, struct thread *thread);

/* A handler of that signal is about to be called. */
void entry_handled(
	const struct tracer *tracer, struct thread *thread, int signal);

/* If it was interrupted in a call: that is not waited for any more. */
void entry_give_up(struct tracer *tracer, struct thread *thread);

/* The same where it stands at the entry or exit of some call: what a handler
 * returns to tells whether the kernel gives EINTR or makes the call again. */
void entry_interlude(struct tracer *tracer, struct thread *thread);

/* A call that was made without a stop, and has ended. */
void entry_tell(struct tracer *tracer, struct thread *thread,
	const struct trace_call *call);

#endif
