/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "lib/base/folder.h"
#include "lib/base/io.h"

/* A tmpfs that is mounted nowhere; -1 where that is refused. */
static int open_detached(void)
{
	if (unshare(CLONE_NEWNS))
		return -1;
	int context = fsopen("tmpfs", FSOPEN_CLOEXEC);
	int fd = -1;

	if (context < 0)
		return -1;
	if (!fsconfig(context, FSCONFIG_SET_STRING, "size", "64m", 0) &&
		!fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0))
		fd = fsmount(context, FSMOUNT_CLOEXEC, 0);
	close(context);
	return fd;
}

static int open_temporary(char **path)
{
	const char *folder = getenv("TMPDIR");

	if (asprintf(path, "%s/gracelab-XXXXXX", folder ? folder : "/tmp") <
		0) {
		*path = NULL;
		return -1;
	}
	int fd = mkdtemp(*path)
		? open(*path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
		: -1;

	if (fd < 0) {
		free(*path);
		*path = NULL;
	}
	return fd;
}

static int write_file(int folder, const struct lab_file *file)
{
	int fd = openat(folder, file->name,
		O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);

	if (fd < 0)
		return -1;
	size_t written = io_write(fd, file->text, file->bytes);

	close(fd);
	return written == file->bytes ? 0 : -1;
}

/*
 * Leaves the folder to a process that removes it when this one ends, however
 * it ends: the leash is a pipe that only this one holds. Returns the leash.
 */
static int leave_to_janitor(const char *path)
{
	int leash[2];
	char byte;

	if (pipe2(leash, O_CLOEXEC))
		return -1;
	pid_t pid = fork();

	if (pid == 0) {
		/* No key and no hang-up that is meant for the lab ends it. */
		setsid();
		dup2(leash[0], 0);
		closefrom(1);
		while (read(0, &byte, 1) < 0 && errno == EINTR)
			;
		folder_remove(path);
		_exit(0);
	}
	close(leash[0]);
	return leash[1];
}

int scratch_open(const struct experiment *experiment)
{
	char *path = NULL;
	int fd = open_detached();

	if (fd < 0)
		fd = open_temporary(&path);
	/* The leash is never closed by hand. */
	if (path)
		leave_to_janitor(path);
	free(path);
	for (size_t i = 0; fd >= 0 && i < experiment->file_count; i++) {
		if (write_file(fd, &experiment->files[i])) {
			int error = errno;

			close(fd);
			errno = error;
			return -1;
		}
	}
	return fd;
}
