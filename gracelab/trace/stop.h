/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A thread that has stopped: what about, and how it goes on. */
#ifndef GRACELAB_STOP_H
#define GRACELAB_STOP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/ptrace.h>
#include <sys/types.h>

#include "call.h"

/* What all who are traced are traced with. */
#define STOP_OPTIONS                                                         \
	(PTRACE_O_EXITKILL | PTRACE_O_TRACESECCOMP | PTRACE_O_TRACESYSGOOD | \
		PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |                   \
		PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_TRACEEXIT)

/* At the entry of a call: its number and arguments; false: not there. */
bool stop_entry(pid_t thread, long *number, uint64_t args[6]);

/* At its exit: its result, or -errno; false: not there. */
bool stop_result(pid_t thread, int64_t *result);

/* PTRACE_GETEVENTMSG. */
unsigned long stop_message(pid_t thread);

/* Has the call at whose entry it stands fail with ENOSYS; false: cannot. */
bool stop_refuse(pid_t thread);

/* Whether the result says that the call may be restarted, signal(7). */
bool stop_is_interrupted(int64_t result);

/* Whether the thread goes on by PTRACE_LISTEN: it is stopped for good. */
bool stop_is_group(int signal);

#endif
