/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the kernel says of a thread: proc(5), /proc/PID/task/TID/stat. */
#ifndef GRACE_TASK_H
#define GRACE_TASK_H

#include <sys/types.h>

/* The letter of a thread's state: 'S' sleeps, 'R' runs, 'D' soon will; 0 where
 * there is no such thread, or nothing to be had. */
char task_state(pid_t process, pid_t thread);

/* The same for who asks often: a descriptor for close(2), or -1; and the state
 * by that, 0 too for -1. */
int task_open(pid_t process, pid_t thread);
char task_state_by(int fd);

#endif
