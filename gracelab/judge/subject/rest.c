/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rest.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/task.h"

/* More generations than a program has. */
#define GENERATIONS_MAX 32

static bool family_rests(pid_t process, int generations, int64_t *ran_ms);

static bool children_rest(
	pid_t process, pid_t thread, int generations, int64_t *ran_ms)
{
	size_t count;
	pid_t *children = task_children(process, thread, &count);
	bool all = children;

	for (size_t i = 0; i < count; i++)
		all = family_rests(children[i], generations - 1, ran_ms) && all;
	free(children);
	return all;
}

/* Who cannot be looked at does not rest; who is gone does. */
static bool family_rests(pid_t process, int generations, int64_t *ran_ms)
{
	char path[64];
	struct dirent *entry;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)process);
	DIR *threads = generations ? opendir(path) : NULL;
	bool all = threads || (generations && errno == ENOENT);

	while (threads && (entry = readdir(threads))) {
		pid_t thread = (pid_t)strtol(entry->d_name, NULL, 10);
		struct task_look look = { .state = 0 };

		if (!thread)
			continue;
		look = task_look(process, thread);
		*ran_ms += look.ran_ms;
		all = children_rest(process, thread, generations, ran_ms) &&
			all && !(look.state && strchr("RDtT", look.state));
	}
	if (threads)
		closedir(threads);
	return all;
}

bool rest_of(pid_t keeper, int64_t *ran_ms)
{
	*ran_ms = 0;
	return !keeper || family_rests(keeper, GENERATIONS_MAX, ran_ms);
}
