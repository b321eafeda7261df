/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "task.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

char task_state(pid_t process, pid_t thread)
{
	char path[64], stat[256];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/stat", process, thread);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	ssize_t n = read(fd, stat, sizeof(stat) - 1);

	close(fd);
	stat[n < 0 ? 0 : n] = '\0';
	const char *behind_name = strrchr(stat, ')');

	return behind_name && behind_name[1] == ' ' ? behind_name[2] : 0;
}
