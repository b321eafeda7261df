/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "held.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Room for a program's name, terminated: PR_SET_NAME of prctl(2). */
#define NAME_SIZE 16

struct holding {
	ino_t inode;
	char name[NAME_SIZE];
};

struct held {
	struct holding *all; /* owned */
	size_t count;
};

static void add(struct held *held, ino_t inode, const char *name)
{
	struct holding *all =
		reallocarray(held->all, held->count + 1, sizeof(*all));

	if (!all)
		return;
	held->all = all;
	all[held->count].inode = inode;
	snprintf(all[held->count].name, NAME_SIZE, "%s", name);
	held->count++;
}

static void read_name(const char *pid, char *name)
{
	char path[300];
	FILE *in;

	*name = '\0';
	snprintf(path, sizeof(path), "/proc/%s/comm", pid);
	in = fopen(path, "re");
	if (in && fgets(name, NAME_SIZE, in))
		name[strcspn(name, "\n")] = '\0';
	if (in)
		fclose(in);
}

/* The sockets of one process. */
static void look_at(struct held *held, const char *pid)
{
	char path[300], target[64], name[NAME_SIZE];
	struct dirent *entry;

	read_name(pid, name);
	snprintf(path, sizeof(path), "/proc/%s/fd", pid);
	DIR *fds = opendir(path);

	while (fds && (entry = readdir(fds))) {
		unsigned long inode;
		ssize_t n = readlinkat(
			dirfd(fds), entry->d_name, target, sizeof(target) - 1);

		target[n > 0 ? n : 0] = '\0';
		if (sscanf(target, "socket:[%lu]", &inode) == 1)
			add(held, inode, name);
	}
	if (fds)
		closedir(fds);
}

struct held *held_look(void)
{
	struct held *held = calloc(1, sizeof(*held));
	DIR *processes = held ? opendir("/proc") : NULL;
	struct dirent *entry;
	struct stat here, there;

	if (!processes || stat("/proc/self/ns/net", &here)) {
		if (processes)
			closedir(processes);
		free(held);
		return NULL;
	}
	while ((entry = readdir(processes))) {
		char path[300];

		if (strspn(entry->d_name, "0123456789") !=
				strlen(entry->d_name) ||
			strtol(entry->d_name, NULL, 10) == getpid())
			continue;
		snprintf(path, sizeof(path), "/proc/%s/ns/net", entry->d_name);
		if (!stat(path, &there) && there.st_ino == here.st_ino)
			look_at(held, entry->d_name);
	}
	closedir(processes);
	return held;
}

static const struct holding *find(const struct held *held, ino_t inode)
{
	for (size_t i = 0; inode && i < held->count; i++)
		if (held->all[i].inode == inode)
			return &held->all[i];
	return NULL;
}

bool held_has(const struct held *held, ino_t inode)
{
	return find(held, inode) != NULL;
}

const char *held_by(const struct held *held, ino_t inode)
{
	const struct holding *holding = find(held, inode);

	return holding ? holding->name : "";
}

void held_free(struct held *held)
{
	if (!held)
		return;
	free(held->all);
	free(held);
}
