/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stop.h"

#include <elf.h>
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>

#include "filter.h"

static bool get(pid_t thread, struct __ptrace_syscall_info *info)
{
	memset(info, 0, sizeof(*info));
	return ptrace(PTRACE_GET_SYSCALL_INFO, thread, sizeof(*info), info) > 0;
}

bool stop_entry(pid_t thread, struct stop_entry *entry)
{
	struct __ptrace_syscall_info info;

	if (!get(thread, &info) || info.op != PTRACE_SYSCALL_INFO_SECCOMP)
		return false;
	entry->narrow = info.arch == filter_narrow_architecture();
	if (!entry->narrow && info.arch != filter_architecture())
		return false;
	entry->number = (long)info.seccomp.nr;
	entry->address = info.instruction_pointer;
	for (int i = 0; i < 6; i++)
		entry->args[i] = info.seccomp.args[i];
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

/* What no program ever sees. */
enum {
	ERESTARTSYS = 512,    /* restarted behind a handler with SA_RESTART */
	ERESTARTNOINTR = 513, /* behind any */
	ERESTARTNOHAND = 514, /* behind none */
	ERESTART_RESTARTBLOCK = 516, /* the same, by restart_syscall(2) */
};

/* linux/arch/x86/entry/syscalls/syscall_32.tbl */
enum {
	NARROW_RESTART_SYSCALL = 0,
	NARROW_SIGRETURN = 119,
	NARROW_RT_SIGRETURN = 173,
};

bool stop_is_interrupted(int64_t result)
{
	return result == -ERESTARTSYS || result == -ERESTARTNOINTR ||
		result == -ERESTARTNOHAND || result == -ERESTART_RESTARTBLOCK;
}

bool stop_restarts(int64_t result, bool by_flag)
{
	return result == -ERESTARTNOINTR || (result == -ERESTARTSYS && by_flag);
}

enum stop_interlude stop_interlude(pid_t thread)
{
	struct __ptrace_syscall_info info;

	if (!get(thread, &info) || info.op != PTRACE_SYSCALL_INFO_ENTRY)
		return STOP_NOTHING;
	if (info.arch == filter_narrow_architecture())
		switch (info.entry.nr) {
		case NARROW_SIGRETURN:
		case NARROW_RT_SIGRETURN:
			return STOP_RETURNS;
		case NARROW_RESTART_SYSCALL:
			return STOP_RESUMES;
		default:
			return STOP_NOTHING;
		}
	if (info.arch != filter_architecture())
		return STOP_NOTHING;
	if (info.entry.nr == SYS_rt_sigreturn)
		return STOP_RETURNS;
	return info.entry.nr == SYS_restart_syscall ? STOP_RESUMES
						    : STOP_NOTHING;
}

bool stop_is_group(int signal)
{
	return signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN ||
		signal == SIGTTOU;
}

bool stop_write(pid_t thread, uint64_t address, const void *bytes, size_t count)
{
	long word;

	for (size_t at = 0; at < count; at += sizeof(word)) {
		size_t left = count - at;

		errno = 0;
		if (left < sizeof(word))
			word = ptrace(PTRACE_PEEKDATA, thread,
				(void *)(uintptr_t)(address + at), // NOLINT
				NULL);
		if (errno)
			return false;
		memcpy(&word, (const char *)bytes + at,
			left < sizeof(word) ? left : sizeof(word));
		if (ptrace(PTRACE_POKEDATA, thread,
			    (void *)(uintptr_t)(address + at), // NOLINT
			    word))
			return false;
	}
	return true;
}

#if defined(__x86_64__)

/* No call is under way, so none is restarted. */
#define NO_CALL ((unsigned long long)-1)

static void set_arguments(
	struct user_regs_struct *registers, const uint64_t args[6])
{
	registers->rdi = args[0];
	registers->rsi = args[1];
	registers->rdx = args[2];
	registers->r10 = args[3];
	registers->r8 = args[4];
	registers->r9 = args[5];
}

static bool get_registers(pid_t thread, struct user_regs_struct *registers)
{
	return !ptrace(PTRACE_GETREGS, thread, NULL, registers);
}

static bool set_registers(pid_t thread, struct user_regs_struct *registers)
{
	return !ptrace(PTRACE_SETREGS, thread, NULL, registers);
}

bool stop_replace(pid_t thread, long number, const uint64_t args[6])
{
	struct user_regs_struct registers;

	if (!get_registers(thread, &registers))
		return false;
	registers.orig_rax = (unsigned long long)number;
	set_arguments(&registers, args);
	return set_registers(thread, &registers);
}

bool stop_call_again(
	pid_t thread, uint64_t from, long number, const uint64_t args[6])
{
	struct user_regs_struct registers;

	if (!get_registers(thread, &registers))
		return false;
	registers.orig_rax = NO_CALL;
	registers.rax = (unsigned long long)number;
	registers.rip = from;
	set_arguments(&registers, args);
	return set_registers(thread, &registers);
}

static void get_arguments(
	const struct user_regs_struct *registers, uint64_t args[6])
{
	args[0] = registers->rdi;
	args[1] = registers->rsi;
	args[2] = registers->rdx;
	args[3] = registers->r10;
	args[4] = registers->r8;
	args[5] = registers->r9;
}

bool stop_answer(pid_t thread, int64_t result, uint64_t args[6])
{
	struct user_regs_struct registers;

	if (!get_registers(thread, &registers))
		return false;
	get_arguments(&registers, args);
	registers.orig_rax = NO_CALL;
	registers.rax = (unsigned long long)result;
	return set_registers(thread, &registers);
}

bool stop_where(
	pid_t thread, uint64_t *address, int64_t *result, uint64_t args[6])
{
	struct user_regs_struct registers;

	if (!get_registers(thread, &registers))
		return false;
	*address = registers.rip;
	*result = (int64_t)registers.rax;
	get_arguments(&registers, args);
	return true;
}

bool stop_go_to(pid_t thread, uint64_t address, bool ended)
{
	struct user_regs_struct registers;

	if (!get_registers(thread, &registers))
		return false;
	if (ended)
		registers.orig_rax = NO_CALL;
	registers.rip = address;
	return set_registers(thread, &registers);
}

#else

bool stop_replace(pid_t thread, long number, const uint64_t args[6])
{
	(void)thread, (void)number, (void)args;
	return false;
}

bool stop_call_again(
	pid_t thread, uint64_t from, long number, const uint64_t args[6])
{
	(void)thread, (void)from, (void)number, (void)args;
	return false;
}

bool stop_answer(pid_t thread, int64_t result, uint64_t args[6])
{
	(void)thread, (void)result, (void)args;
	return false;
}

bool stop_where(
	pid_t thread, uint64_t *address, int64_t *result, uint64_t args[6])
{
	(void)thread, (void)address, (void)result, (void)args;
	return false;
}

bool stop_go_to(pid_t thread, uint64_t address, bool ended)
{
	(void)thread, (void)address, (void)ended;
	return false;
}

#endif
