/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "filter.h"

#include <linux/audit.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bypass_code.h"
#include "call.h"

#if defined(__x86_64__)
#define ARCHITECTURE        AUDIT_ARCH_X86_64
#define NARROW_ARCHITECTURE AUDIT_ARCH_I386
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#elif defined(__riscv) && __riscv_xlen == 64
#define ARCHITECTURE AUDIT_ARCH_RISCV64
#else
/* cppcheck-suppress preprocessorErrorDirective; it knows no architecture */
#error "say which audit architecture this is"
#endif

#ifndef NARROW_ARCHITECTURE
#define NARROW_ARCHITECTURE 0
#endif

/* Of x86-64, the x32 ABI, whose structures nobody knows here. */
#define OTHER_NUMBERS (UINT32_C(1) << 30)

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "an argument's low half is looked for where little endian has it"
#endif

#define LOAD(member)                                            \
	(struct sock_filter) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, \
		(unsigned)offsetof(struct seccomp_data, member))
#define RETURN(action) (struct sock_filter) BPF_STMT(BPF_RET | BPF_K, action)
#define UNLESS(value, skip) \
	(struct sock_filter) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, skip)
#define UNLESS_BITS(bits, skip) \
	(struct sock_filter) BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, bits, 0, skip)
#define MASK(bits) \
	(struct sock_filter) BPF_STMT(BPF_ALU | BPF_AND | BPF_K, bits)
#define IF(value, skip) \
	(struct sock_filter) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, skip, 0)

unsigned filter_architecture(void)
{
	return ARCHITECTURE;
}

unsigned filter_narrow_architecture(void)
{
	return NARROW_ARCHITECTURE;
}

/* The part for the 32-bit ABI, whose conditions are looked at by who is told.
 */
static unsigned short add_narrow(
	struct sock_filter out[FILTER_MAX], unsigned short n, bool all)
{
	const struct call_narrow *narrow;
	unsigned short head = n++, first, last;

	out[n++] = LOAD(nr);
	first = n;
	for (size_t i = 0; (narrow = call_narrow(i)); i++) {
		const struct call *call = call_find(narrow->native);

		if (all || !call || !call->all)
			out[n++] = IF(narrow->number, 0);
	}
	last = n;
	out[n++] = RETURN(SECCOMP_RET_ALLOW);
	out[n++] = RETURN(SECCOMP_RET_TRACE);
	for (unsigned short i = first; i < last; i++)
		out[i].jt = (unsigned char)(last - i);
	out[head] =
		UNLESS(NARROW_ARCHITECTURE, (unsigned char)(last - head - 1));
	return n;
}

/* What only asks is not traced. */
static unsigned short add_given(struct sock_filter out[FILTER_MAX],
	unsigned short n, const struct call_condition *condition)
{
	unsigned low = (unsigned)offsetof(struct seccomp_data, args) +
		8 * condition->argument;

	out[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, low);
	out[n++] = UNLESS(0, 3);
	out[n++] =
		(struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, low + 4);
	out[n++] = UNLESS(0, 1);
	out[n++] = RETURN(SECCOMP_RET_ALLOW);
	return n;
}

/* A call that is traced only if its conditions hold. */
static unsigned short add_conditional(struct sock_filter out[FILTER_MAX],
	unsigned short n, const struct call *call, bool all)
{
	const struct call_condition *condition = NULL;
	unsigned short head = n++;

	while ((condition = call_condition(call, condition))) {
		if (condition->unless_all && all)
			continue;
		if (!condition->count) {
			n = add_given(out, n, condition);
			continue;
		}
		out[n++] =
			(struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
				(unsigned)offsetof(struct seccomp_data, args) +
					8 * condition->argument);
		for (unsigned char i = 0; i < condition->count; i++)
			out[n++] = IF(condition->values[i],
				(unsigned char)(condition->count - i));
		out[n++] = RETURN(SECCOMP_RET_ALLOW);
	}
	out[n++] = RETURN(SECCOMP_RET_TRACE);
	out[head] =
		UNLESS((unsigned)call->number, (unsigned char)(n - head - 1));
	return n;
}

unsigned short filter_compose(struct sock_filter out[FILTER_MAX], bool all)
{
	unsigned short n = 0, head;
	const struct call *call = NULL;

	out[n++] = LOAD(arch);
	head = n++;
	n = add_narrow(out, n, all);
	out[head] = IF(ARCHITECTURE, (unsigned char)(n - head - 1));
	out[n++] = LOAD(nr);
	while ((call = call_next(call))) {
		unsigned number = (unsigned)call->number;

		if (call->all && !all)
			continue;
		if (call_has_condition(call)) {
			n = add_conditional(out, n, call, all);
		} else if (bypass_suits(call)) {
			out[n++] = UNLESS(number, 5);
			out[n++] = LOAD(instruction_pointer);
			out[n++] = MASK(BYPASS_FAST_MASK);
			out[n++] = UNLESS(BYPASS_FAST_ADDRESS, 1);
			out[n++] = RETURN(SECCOMP_RET_ALLOW);
			out[n++] = RETURN(SECCOMP_RET_TRACE);
		} else {
			out[n++] = UNLESS(number, 1);
			out[n++] = RETURN(SECCOMP_RET_TRACE);
		}
	}
	out[n++] = UNLESS_BITS(UINT32_C(1) << 31 | OTHER_NUMBERS, 1);
	out[n++] = RETURN(SECCOMP_RET_TRACE);
	out[n++] = RETURN(SECCOMP_RET_ALLOW);
	return n;
}

int filter_install_privileged(struct sock_filter *filter, unsigned short count)
{
	const struct sock_fprog program = { .len = count, .filter = filter };

	/* Who is watched runs as fast as who is not: a kernel before 5.16 would
	 * else hold back speculation of whoever has a filter. */
	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
		SECCOMP_FILTER_FLAG_SPEC_ALLOW, &program);
}

int filter_install(struct sock_filter *filter, unsigned short count)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -1;
	return filter_install_privileged(filter, count);
}
