/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the kernel says of a thread: proc(5), /proc/PID/task/TID/stat. */
#ifndef GRACE_TASK_H
#define GRACE_TASK_H

#include <sys/types.h>

/* The letter of a thread's state: 'S' sleeps, 'R' runs, 'D' soon will; 0 where
 * there is no such thread, or nothing to be had. */
char task_state(pid_t process, pid_t thread);

#endif
