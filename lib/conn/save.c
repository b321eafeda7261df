/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "save.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/io.h"
#include "lib/base/outlet.h"

struct save {
	struct outlet outlet;
	uint64_t arrived;
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
	*save = (struct save){ .until = until };
	outlet_open(&save->outlet, io_create(path));
	if (save->outlet.fd < 0) {
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
	save->failed = !outlet_write(&save->outlet, data, to_write);
	return !save->failed;
}

bool save_is_behind(const struct save *save)
{
	return outlet_is_behind(&save->outlet);
}

bool save_retry(struct save *save)
{
	if (save->failed)
		return true;
	save->failed = !outlet_retry(&save->outlet);
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
	return save->outlet.written;
}

uint64_t save_arrived_bytes(const struct save *save)
{
	return save->arrived;
}

int save_close(struct save *save)
{
	bool whole =
		save->failed || outlet_drain(&save->outlet, SAVE_PATIENCE_MS);
	int error = errno;

	if (outlet_close(&save->outlet))
		return -1;
	errno = error;
	return whole ? 0 : -1;
}

void save_free(struct save *save)
{
	outlet_close(&save->outlet);
	free(save);
}
