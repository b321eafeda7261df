/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file that takes what arrives, to the end or up to an end mark. */
#ifndef GRACE_SAVE_H
#define GRACE_SAVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct save;

/* How long the end of a file waits for a reader that is slow. */
#define SAVE_PATIENCE_MS 2000

/*
 * Begins a file at `path`; `until` is the end mark's byte value or -1. Returns
 * it, for save_free(), or NULL with errno.
 */
struct save *save_begin(const char *path, int until);

/*
 * Takes arriving bytes. `*taken` is how many of `len` belong to the file, end
 * mark included, whether it could be written or not. False, with errno, the
 * first time that the file cannot be written; nothing more will be then.
 */
bool save_take(struct save *save, const void *data, size_t len, size_t *taken);

/*
 * Whether its reader is slow: nothing more should arrive until save_retry() has
 * written what waits. That is as save_take().
 */
bool save_is_behind(const struct save *save);
bool save_retry(struct save *save);

/* Whether the end mark has come. */
bool save_marked(const struct save *save);

const char *save_path(const struct save *save);

/* Bytes that were written to the file, and bytes that arrived for it. */
uint64_t save_written_bytes(const struct save *save);
uint64_t save_arrived_bytes(const struct save *save);

/*
 * Closes the file, and waits first for a slow reader, at most
 * SAVE_PATIENCE_MS. Returns 0, or -1 with errno.
 */
int save_close(struct save *save);

void save_free(struct save *save);

#endif
