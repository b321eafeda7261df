/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stop.h"

#include <elf.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/uio.h>
#include <sys/user.h>

#include "filter.h"

static bool get(pid_t thread, struct __ptrace_syscall_info *info)
{
	memset(info, 0, sizeof(*info));
	return ptrace(PTRACE_GET_SYSCALL_INFO, thread, sizeof(*info), info) > 0;
}

bool stop_entry(pid_t thread, long *number, uint64_t args[6])
{
	struct __ptrace_syscall_info info;

	if (!get(thread, &info) || info.op != PTRACE_SYSCALL_INFO_SECCOMP ||
		info.arch != filter_architecture())
		return false;
	*number = (long)info.seccomp.nr;
	for (int i = 0; i < 6; i++)
		args[i] = info.seccomp.args[i];
	return true;
}

bool stop_result(pid_t thread, int64_t *result)
{
	struct __ptrace_syscall_info info;

	if (!get(thread, &info) || info.op != PTRACE_SYSCALL_INFO_EXIT)
		return false;
	*result = info.exit.rval;
	return true;
}

unsigned long stop_message(pid_t thread)
{
	unsigned long message = 0;

	ptrace(PTRACE_GETEVENTMSG, thread, NULL, &message);
	return message;
}

bool stop_refuse(pid_t thread)
{
#if defined(__x86_64__)
	return !ptrace(PTRACE_POKEUSER, thread,
		offsetof(struct user_regs_struct, orig_rax), -1L);
#elif defined(__aarch64__)
	int none = -1;
	struct iovec vector = { &none, sizeof(none) };

	return !ptrace(PTRACE_SETREGSET, thread, NT_ARM_SYSTEM_CALL, &vector);
#else
	(void)thread;
	return false;
#endif
}

bool stop_is_interrupted(int64_t result)
{
	/* ERESTARTSYS, ERESTARTNOINTR, ERESTARTNOHAND and
	 * ERESTART_RESTARTBLOCK, which no program ever sees. */
	return result == -512 || result == -513 || result == -514 ||
		result == -516;
}

bool stop_is_group(int signal)
{
	return signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN ||
		signal == SIGTTOU;
}
