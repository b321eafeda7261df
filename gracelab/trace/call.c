/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "call.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#define PLAIN(name, kind)                                        \
	{                                                        \
		SYS_##name, #name, kind, CALL_NO_BYTES, 0, false \
	}
#define ALL(name, kind)                                         \
	{                                                       \
		SYS_##name, #name, kind, CALL_NO_BYTES, 0, true \
	}
#define BYTES(name, kind, bytes, flags)                      \
	{                                                    \
		SYS_##name, #name, kind, bytes, flags, false \
	}

static const struct call table[] = {
	PLAIN(socket, CALL_SOCKET),
	PLAIN(bind, CALL_BIND),
	PLAIN(listen, CALL_LISTEN),
	PLAIN(connect, CALL_CONNECT),
	PLAIN(accept, CALL_ACCEPT),
	PLAIN(accept4, CALL_ACCEPT),
	BYTES(read, CALL_READ, CALL_BUFFER, 0),
	BYTES(readv, CALL_READ, CALL_VECTOR, 0),
	BYTES(preadv2, CALL_READ, CALL_VECTOR, 0),
	BYTES(recvfrom, CALL_READ, CALL_BUFFER, 3),
	BYTES(recvmsg, CALL_READ, CALL_MESSAGE, 2),
	BYTES(recvmmsg, CALL_READ, CALL_MESSAGES, 3),
	BYTES(write, CALL_WRITE, CALL_BUFFER, 0),
	BYTES(writev, CALL_WRITE, CALL_VECTOR, 0),
	BYTES(pwritev2, CALL_WRITE, CALL_VECTOR, 0),
	BYTES(sendto, CALL_WRITE, CALL_BUFFER, 3),
	BYTES(sendmsg, CALL_WRITE, CALL_MESSAGE, 2),
	BYTES(sendmmsg, CALL_WRITE, CALL_MESSAGES, 3),
	PLAIN(sendfile, CALL_SENDFILE),
	PLAIN(splice, CALL_SPLICE),
	PLAIN(shutdown, CALL_SHUTDOWN),
	PLAIN(close, CALL_CLOSE),
	PLAIN(close_range, CALL_CLOSE_RANGE),
	PLAIN(dup, CALL_DUP),
#ifdef SYS_dup2
	PLAIN(dup2, CALL_DUP_ONTO),
#endif
	PLAIN(dup3, CALL_DUP_ONTO),
	PLAIN(fcntl, CALL_FCNTL),
	PLAIN(execve, CALL_EXEC),
	PLAIN(execveat, CALL_EXEC),
	PLAIN(io_uring_setup, CALL_URING),
	PLAIN(seccomp, CALL_FILTER),
	PLAIN(prctl, CALL_FILTER),
	PLAIN(ptrace, CALL_TRACE),
	PLAIN(rt_sigaction, CALL_HANDLER),
	PLAIN(setsockopt, CALL_OPTION),
#ifdef SYS_poll
	ALL(poll, CALL_WAIT),
	ALL(select, CALL_WAIT),
	ALL(epoll_wait, CALL_WAIT),
#endif
	ALL(ppoll, CALL_WAIT),
	ALL(pselect6, CALL_WAIT),
	ALL(epoll_pwait, CALL_WAIT),
#ifdef SYS_epoll_pwait2
	ALL(epoll_pwait2, CALL_WAIT),
#endif
};

/* fcntl(2) that duplicates; what reads and writes where the file stands, as
 * sockets do; options that may have what waits go out, or close(2) wait, or
 * other bytes sent than are given, and what the other level has by their
 * numbers, which is hardly ever set; and who asks what a signal does sets
 * nothing. */
static const struct call_condition conditions[] = {
	{ SYS_fcntl, 1, 2, { F_DUPFD, F_DUPFD_CLOEXEC }, false },
	{ SYS_prctl, 0, 2, { PR_SET_SECCOMP, PR_SET_DUMPABLE }, false },
	{ SYS_preadv2, 3, 1, { UINT32_MAX }, false },
	{ SYS_pwritev2, 3, 1, { UINT32_MAX }, false },
	{ SYS_setsockopt, 1, 2, { IPPROTO_TCP, SOL_SOCKET }, true },
	{ SYS_setsockopt, 2, 4, { TCP_CORK, TCP_NODELAY, SO_LINGER, TCP_ULP },
		true },
	{ SYS_rt_sigaction, 1, 0, { 0 }, false },
};

#define CALLS (sizeof(table) / sizeof(*table))

const struct call call_exit = { -1, "exit", CALL_EXIT, CALL_NO_BYTES, 0,
	false };

const struct call *call_find(long number)
{
	for (size_t i = 0; i < CALLS; i++)
		if (table[i].number == number)
			return &table[i];
	return NULL;
}

const struct call *call_next(const struct call *previous)
{
	const struct call *next = previous ? previous + 1 : table;

	return next < table + CALLS ? next : NULL;
}

const struct call_condition *call_condition(
	const struct call *call, const struct call_condition *previous)
{
	const size_t count = sizeof(conditions) / sizeof(*conditions);

	for (size_t i = previous ? (size_t)(previous - conditions) + 1 : 0;
		i < count; i++)
		if (conditions[i].number == call->number)
			return &conditions[i];
	return NULL;
}

#define NONE_SUCH (-2L)

#if defined(__x86_64__)

/* linux/arch/x86/entry/syscalls/syscall_32.tbl */
static const struct call_narrow narrow[] = {
	{ 3, SYS_read },
	{ 4, SYS_write },
	{ 6, SYS_close },
	{ 11, SYS_execve },
	{ 26, SYS_ptrace },
	{ 41, SYS_dup },
	{ 55, SYS_fcntl },
	{ 63, SYS_dup2 },
	{ 102, CALL_MANY },
	{ 142, SYS_select },
	{ 145, SYS_readv },
	{ 146, SYS_writev },
	{ 168, SYS_poll },
	{ 172, SYS_prctl },
	{ 174, SYS_rt_sigaction },
	{ 187, SYS_sendfile },
	{ 221, SYS_fcntl },
	{ 239, SYS_sendfile },
	{ 256, SYS_epoll_wait },
	{ 308, SYS_pselect6 },
	{ 309, SYS_ppoll },
	{ 313, SYS_splice },
	{ 319, SYS_epoll_pwait },
	{ 330, SYS_dup3 },
	{ 337, SYS_recvmmsg },
	{ 345, SYS_sendmmsg },
	{ 354, SYS_seccomp },
	{ 358, SYS_execveat },
	{ 359, SYS_socket },
	{ 361, SYS_bind },
	{ 362, SYS_connect },
	{ 363, SYS_listen },
	{ 364, SYS_accept4 },
	{ 366, SYS_setsockopt },
	{ 369, SYS_sendto },
	{ 370, SYS_sendmsg },
	{ 371, SYS_recvfrom },
	{ 372, SYS_recvmsg },
	{ 373, SYS_shutdown },
	{ 378, SYS_preadv2 },
	{ 379, SYS_pwritev2 },
	{ 413, SYS_pselect6 },
	{ 414, SYS_ppoll },
	{ 417, SYS_recvmmsg },
	{ 425, SYS_io_uring_setup },
	{ 436, SYS_close_range },
};

const struct call_narrow *call_narrow(size_t n)
{
	return n < sizeof(narrow) / sizeof(*narrow) ? &narrow[n] : NULL;
}

long call_of_many(uint64_t which)
{
	/* linux/net.h */
	static const long natives[] = {
		NONE_SUCH,
		SYS_socket,
		SYS_bind,
		SYS_connect,
		SYS_listen,
		SYS_accept,
		NONE_SUCH,
		NONE_SUCH,
		NONE_SUCH,
		SYS_sendto,
		SYS_recvfrom,
		SYS_sendto,
		SYS_recvfrom,
		SYS_shutdown,
		SYS_setsockopt,
		NONE_SUCH,
		SYS_sendmsg,
		SYS_recvmsg,
		SYS_accept4,
		SYS_recvmmsg,
		SYS_sendmmsg,
	};

	return which < sizeof(natives) / sizeof(*natives) ? natives[which]
							  : NONE_SUCH;
}

#else

const struct call_narrow *call_narrow(size_t n)
{
	(void)n;
	return NULL;
}

long call_of_many(uint64_t which)
{
	(void)which;
	return NONE_SUCH;
}

#endif

long call_native(long number)
{
	const struct call_narrow *entry;

	for (size_t i = 0; (entry = call_narrow(i)); i++)
		if (entry->number == (unsigned long)number)
			return entry->native;
	return NONE_SUCH;
}

static bool fits(const struct call_condition *condition, uint64_t argument)
{
	for (size_t i = 0; i < condition->count; i++)
		if (condition->values[i] == (uint32_t)argument)
			return true;
	return !condition->count && argument;
}

bool call_suits(const struct call *call, const uint64_t args[6], bool all)
{
	const struct call_condition *condition = NULL;

	if (call->all && !all)
		return false;
	while ((condition = call_condition(call, condition))) {
		if (condition->unless_all && all)
			continue;
		if (!fits(condition, args[condition->argument]))
			return false;
	}
	return true;
}

bool call_sends(const struct call *call)
{
	switch (call->kind) {
	case CALL_CONNECT:
	case CALL_WRITE:
	case CALL_SENDFILE:
	case CALL_SPLICE:
	case CALL_SHUTDOWN:
	case CALL_CLOSE:
	case CALL_CLOSE_RANGE:
	case CALL_DUP_ONTO:
	case CALL_EXEC:
	case CALL_EXIT:
	case CALL_OPTION: /* TCP_CORK, TCP_NODELAY: what waits goes out */
		return true;
	case CALL_SOCKET:
	case CALL_BIND:
	case CALL_LISTEN:
	case CALL_ACCEPT:
	case CALL_READ:
	case CALL_DUP:
	case CALL_FCNTL:
	case CALL_WAIT:
	case CALL_URING:
	case CALL_FILTER:
	case CALL_TRACE:
	case CALL_HANDLER:
		break;
	}
	return false;
}

bool call_changes(const struct call *call)
{
	return call->kind != CALL_READ && call->kind != CALL_WRITE &&
		call->kind != CALL_SENDFILE && call->kind != CALL_SPLICE &&
		call->kind != CALL_OPTION;
}

bool call_duplicates(const struct call *call)
{
	return call->kind == CALL_DUP || call->kind == CALL_DUP_ONTO ||
		call->kind == CALL_FCNTL;
}

bool call_gives_away(const struct call *call)
{
	return call->kind == CALL_WRITE &&
		(call->bytes == CALL_MESSAGE || call->bytes == CALL_MESSAGES);
}

bool call_is_wide(const struct call *call)
{
	return call->kind == CALL_CLOSE_RANGE || call->kind == CALL_EXEC ||
		call->kind == CALL_EXIT;
}

bool call_reaches(const struct trace_call *call, int fd)
{
	return call->what->kind != CALL_CLOSE_RANGE ||
		((uint64_t)fd >= call->args[0] &&
			(uint64_t)fd <= call->args[1]);
}
