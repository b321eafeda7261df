/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An experiment: a .lab file as data (grace-lab(5)). */
#ifndef GRACELAB_EXPERIMENT_H
#define GRACELAB_EXPERIMENT_H

#include "contents.h"

/* A file longer than this is no experiment. */
#define EXPERIMENT_BYTES_MAX (1024 * 1024)

/*
 * Parses `bytes` of text as the file `path`. Returns it, for
 * experiment_free(), or NULL with `PATH:LINE:COLUMN: what was expected` in
 * `*error`, for the caller to free; NULL there: no memory.
 */
struct experiment *experiment_parse(const char *path, const char *name,
	const char *text, size_t bytes, char **error);

/* The same of a file; the name is the path's last part without `.lab`. */
struct experiment *experiment_read(const char *path, char **error);

void experiment_free(struct experiment *experiment);

#endif
