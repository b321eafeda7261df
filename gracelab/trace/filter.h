/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The seccomp(2) filter: only calls of the table stop their thread. */
#ifndef GRACELAB_FILTER_H
#define GRACELAB_FILTER_H

#include <linux/filter.h>
#include <stdbool.h>

/* Room for the filter. */
#define FILTER_MAX 256

/*
 * Composes it:
 *
 *     the 32-bit ABI             trace if it is one of call_narrow()
 *     another ABI than ours      allow (it is not seen, and that is said)
 *     calls with conditions      trace if these hold, call_condition()
 *     bulk, from where it need   allow, see bypass.h
 *     not stop
 *     a number of the table      trace
 *     a negative number          trace: a result that bypass.h is told
 *     else                       allow
 *
 * The kernel knows of a call that is allowed whatever its arguments are, and
 * then runs no filter at all. `all` has each setsockopt(2), poll(2) and their
 * kin traced too. Returns how many instructions stand in `out`.
 */
unsigned short filter_compose(struct sock_filter out[FILTER_MAX], bool all);

/*
 * Installs it for the calling thread and what it starts, none of which gets a
 * privilege by execve(2) any more. Calls nothing but the kernel. 0, or -1 with
 * errno.
 */
int filter_install(struct sock_filter *filter, unsigned short count);

/*
 * The same with all privileges kept, for who has CAP_SYS_ADMIN, or none that
 * may be got; else EACCES.
 */
int filter_install_privileged(struct sock_filter *filter, unsigned short count);

/* The audit architecture of this program, linux/audit.h; and of the 32-bit
 * programs that this machine runs, 0: they are not looked at. */
unsigned filter_architecture(void);
unsigned filter_narrow_architecture(void);

#endif
