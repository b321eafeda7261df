/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "task.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int task_open(pid_t process, pid_t thread)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/task/%d/stat", process, thread);
	return open(path, O_RDONLY | O_CLOEXEC);
}

char task_state_by(int fd)
{
	char stat[256];
	ssize_t n = fd < 0 ? -1 : pread(fd, stat, sizeof(stat) - 1, 0);

	stat[n < 0 ? 0 : n] = '\0';
	const char *behind_name = strrchr(stat, ')');

	return behind_name && behind_name[1] == ' ' ? behind_name[2] : 0;
}

char task_state(pid_t process, pid_t thread)
{
	int fd = task_open(process, thread);
	char state = task_state_by(fd);

	if (fd >= 0)
		close(fd);
	return state;
}
