/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A thread that has stopped: what about, and how it goes on. */
#ifndef GRACELAB_STOP_H
#define GRACELAB_STOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ptrace.h>
#include <sys/types.h>

#include "call.h"

/* What all who are traced are traced with. */
#define STOP_OPTIONS                                                         \
	(PTRACE_O_EXITKILL | PTRACE_O_TRACESECCOMP | PTRACE_O_TRACESYSGOOD | \
		PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |                   \
		PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_TRACEEXIT)

/* The entry of a call. */
struct stop_entry {
	long number;
	uint64_t args[6];
	uint64_t address; /* where it returns to */
	bool narrow;      /* of the 32-bit ABI, whose numbers are others */
};

/* False: it does not stand at one. */
bool stop_entry(pid_t thread, struct stop_entry *entry);

/* At its exit: its result, or -errno; false: not there. */
bool stop_result(pid_t thread, int64_t *result);

/* PTRACE_GETEVENTMSG. */
unsigned long stop_message(pid_t thread);

/* Has the call at whose entry it stands fail with ENOSYS; false: cannot. */
bool stop_refuse(pid_t thread);

/* Whether the result says that the call may be restarted, signal(7). */
bool stop_is_interrupted(int64_t result);

/* Whether such a call is restarted behind a handler, which has SA_RESTART or
 * not. */
bool stop_restarts(int64_t result, bool by_flag);

/* What a thread does about a call that was interrupted. */
enum stop_interlude {
	STOP_NOTHING,
	STOP_RETURNS, /* from a signal's handler, rt_sigreturn(2) */
	STOP_RESUMES, /* the call, by restart_syscall(2) */
};

/* The one at whose entry it stands. */
enum stop_interlude stop_interlude(pid_t thread);

/* Whether the thread goes on by PTRACE_LISTEN: it is stopped for good. */
bool stop_is_group(int signal);

/*
 * What has the thread do otherwise than its program says; all of it false
 * where that cannot be done, on this machine or at all.
 */

/* The bytes of the instruction that calls the kernel. */
#define STOP_CALL_BYTES 2

/* The call at whose entry it stands becomes another. */
bool stop_replace(pid_t thread, long number, const uint64_t args[6]);

/* It makes a call, from there, as soon as it goes on; one at whose entry it
 * stands is not made. */
bool stop_call_again(
	pid_t thread, uint64_t from, long number, const uint64_t args[6]);

/* The call at whose entry it stands is not made, and gives that; `args` are
 * its. */
bool stop_answer(pid_t thread, int64_t result, uint64_t args[6]);

/* Where it stands, wherever that is; and what a call has given, if it stands
 * behind one, with which arguments. */
bool stop_where(
	pid_t thread, uint64_t *address, int64_t *result, uint64_t args[6]);

/* It goes on there; `ended`: with no call that may be restarted. */
bool stop_go_to(pid_t thread, uint64_t address, bool ended);

/* Writes into its memory, also where the program must not. */
bool stop_write(
	pid_t thread, uint64_t address, const void *bytes, size_t count);

#endif
