/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "save.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/io.h"

struct save {
	uint64_t written, arrived;
	int fd;
	int until;
	bool failed, marked;
	char path[];
};

struct save *save_begin(const char *path, int until)
{
	size_t path_bytes = strlen(path) + 1;
	struct save *save = malloc(sizeof(*save) + path_bytes);

	if (!save)
		return NULL;
	*save = (struct save){ .until = until, .fd = io_create(path) };
	if (save->fd < 0) {
		int error = errno;

		free(save);
		errno = error;
		return NULL;
	}
	memcpy(save->path, path, path_bytes);
	return save;
}

bool save_take(struct save *save, const void *data, size_t len, size_t *taken)
{
	const char *mark =
		save->until < 0 ? NULL : memchr(data, save->until, len);
	size_t to_write = mark ? (size_t)(mark - (const char *)data) : len;

	*taken = to_write + (mark ? 1 : 0);
	save->marked = mark;
	save->arrived += to_write;
	if (save->failed)
		return true;
	size_t written = io_write(save->fd, data, to_write);

	save->written += written;
	save->failed = written < to_write;
	return !save->failed;
}

bool save_marked(const struct save *save)
{
	return save->marked;
}

const char *save_path(const struct save *save)
{
	return save->path;
}

uint64_t save_written_bytes(const struct save *save)
{
	return save->written;
}

uint64_t save_arrived_bytes(const struct save *save)
{
	return save->arrived;
}

int save_close(struct save *save)
{
	int fd = save->fd;

	save->fd = -1;
	return close(fd);
}

void save_free(struct save *save)
{
	if (save->fd >= 0)
		close(save->fd);
	free(save);
}
