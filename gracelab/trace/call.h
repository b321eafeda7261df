/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The system calls that are looked at: one table. */
#ifndef GRACELAB_CALL_H
#define GRACELAB_CALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum call_kind {
	CALL_SOCKET,
	CALL_BIND,
	CALL_LISTEN,
	CALL_CONNECT,
	CALL_ACCEPT,
	CALL_READ,
	CALL_WRITE,
	CALL_SENDFILE,
	CALL_SPLICE,
	CALL_SHUTDOWN,
	CALL_CLOSE,
	CALL_CLOSE_RANGE,
	CALL_DUP,
	CALL_DUP_ONTO, /* dup2(2): what had that number is closed */
	CALL_FCNTL,
	CALL_EXEC,
	CALL_EXIT, /* no call: the process ends, by itself or by a signal */
	CALL_OPTION,
	CALL_WAIT, /* poll(2) and its kin */
	CALL_URING,
	CALL_FILTER,  /* the program installs a seccomp(2) filter of its own */
	CALL_TRACE,   /* it traces, or wants to be: one can be traced by one */
	CALL_HANDLER, /* it says what a signal does */
};

/* How the bytes of a call are given. */
enum call_bytes {
	CALL_NO_BYTES,
	CALL_BUFFER,   /* args[1], args[2] long */
	CALL_VECTOR,   /* args[1], args[2] struct iovec */
	CALL_MESSAGE,  /* args[1]: struct msghdr */
	CALL_MESSAGES, /* args[1]: struct mmsghdr, args[2] of them */
};

struct call {
	long number;
	const char *name; /* as the manual has it */
	enum call_kind kind;
	enum call_bytes bytes;
	int flags; /* which argument has MSG_ flags, or 0 */
	bool all;  /* only if all calls are asked for */
};

/*
 * Only if an argument has one of some values is the call looked at; where a
 * call has several conditions, all must hold.
 */
#define CALL_VALUES 4
struct call_condition {
	long number;
	unsigned argument;
	unsigned char count; /* of the values; 0: all, but the null pointer */
	uint32_t values[CALL_VALUES]; /* of its low half */
	bool unless_all; /* it need not hold if all calls are asked for */
};

/* The next condition of a call; `previous` is NULL at first. NULL: no more. */
const struct call_condition *call_condition(
	const struct call *call, const struct call_condition *previous);

static inline bool call_has_condition(const struct call *call)
{
	return call_condition(call, NULL);
}

/* The result of a call in which its thread has ended, or that nobody saw. */
#define CALL_NEVER INT64_MIN

/* Of a call that a signal has interrupted, whose handler makes calls: behind
 * that it is restarted, as another, unless the handler does not return. */
#define CALL_INTERRUPTED (INT64_MIN + 1)

/* A call under way, and what came of it. */
struct trace_call {
	const struct call *what;
	pid_t process, thread;
	int root;        /* which of the programs that were started */
	int files;       /* peek_open_files() of the thread, or 0 */
	bool lone;       /* nobody else has its descriptors, descriptors.h */
	unsigned copies; /* how often others may have got copies of those */
	uint64_t args[6];
	int64_t result;    /* or -errno, or CALL_NEVER, CALL_INTERRUPTED */
	uint64_t began_ns; /* CLOCK_REALTIME: it went on not before that */
	bool stops;        /* also in bulk, since its bytes are looked at */
	bool narrow;       /* of the 32-bit ABI: so are its structures */
	bool bulk;         /* it moves so much that it is held up by nobody */
	bool sure; /* what it gives is known otherwise: it does not stop for
		      that */
	bool tie;  /* another one was under way when it ended */
	/* For who looks at it: what it acts on; and of the same connection
	 * are those whose `group` is the same, or NULL. */
	void *subject;
	const void *group;
};

/* The entry for a system call of the native ABI, or NULL. */
const struct call *call_find(long number);

/*
 * Of the machine's 32-bit ABI: the numbers that are looked at, from 0 on, with
 * that of the same call of the native one, or NULL. CALL_MANY is socketcall(2),
 * whose first argument says which, and the second where its arguments are.
 */
struct call_narrow {
	unsigned number;
	long native;
};
#define CALL_MANY (-1L)

const struct call_narrow *call_narrow(size_t n);

/* The native number of such a call, or CALL_MANY; -2: it is none of them. */
long call_native(long number);

/* The native number of one that socketcall(2) makes, -2: none. */
long call_of_many(uint64_t which);

/* Whether the call with these arguments is one that is looked at. */
bool call_suits(const struct call *call, const uint64_t args[6], bool all);

/* The pseudo call of a process that ends. */
extern const struct call call_exit;

/* All of them, for the filter; NULL at the end. */
const struct call *call_next(const struct call *previous);

/* Whether it may put a segment on the wire. */
bool call_sends(const struct call *call);

/* Whether a call that has succeeded may have changed a state; where it has sent
 * or found the end of the stream, a segment has. */
bool call_changes(const struct call *call);

/* Whether it duplicates a descriptor; and whether it may give one to others,
 * where it acts on what is no connection of the internet (SCM_RIGHTS). */
bool call_duplicates(const struct call *call);
bool call_gives_away(const struct call *call);

/* Whether it acts on all that a process has open. */
bool call_is_wide(const struct call *call);

/* Whether such a call is about that descriptor: close_range(2) has bounds. */
bool call_reaches(const struct trace_call *call, int fd);

#endif
