/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the kernel says of a thread: proc(5), stat, status, syscall, wchan. */
#ifndef GRACE_TASK_H
#define GRACE_TASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* The letter of a thread's state: 'S' sleeps, 'R' runs, 'D' soon will; 0 where
 * there is no such thread, or nothing to be had. */
char task_state(pid_t process, pid_t thread);

/* The same for who asks often of one thread; task_unwatch() closes what it
 * opens for that. */
struct task_watch {
	int stat, place; /* or -1 */
};
#define TASK_UNWATCHED ((struct task_watch){ -1, -1 })
char task_watch(struct task_watch *watch, pid_t process, pid_t thread);
void task_unwatch(struct task_watch *watch);

/* The state, and how long the thread has had a processor, in user and kernel
 * mode. */
struct task_look {
	char state;
	int64_t ran_ms;
};
struct task_look task_look(pid_t process, pid_t thread);

/* Whether the thread is in nanosleep(2) or its kin. */
bool task_sleeps(pid_t thread);

enum task_signal { TASK_DEFAULT, TASK_IGNORED, TASK_CAUGHT };

/* What the process does about a signal; TASK_DEFAULT too if not known. */
enum task_signal task_disposition(pid_t process, int signal);

/* The process and the parent of a thread; false if there is none. */
bool task_family(pid_t thread, pid_t *process, pid_t *parent);

/*
 * The children of a thread, for the caller to free: `*count`; none where there
 * is no such thread, or where proc(5) does not list them
 * (CONFIG_PROC_CHILDREN). NULL with errno where not all could be read.
 * `process` 0: the calling one.
 */
pid_t *task_children(pid_t process, pid_t thread, size_t *count);

/* How many seccomp(2) filters it has, -1: the kernel does not say. */
int task_filters(pid_t process);

#endif
