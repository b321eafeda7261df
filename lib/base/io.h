/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whole writes, and files that are named on the command line. */
#ifndef GRACE_IO_H
#define GRACE_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/*
 * Writes all `len` bytes, however often write(2) is interrupted or short; on a
 * non-blocking descriptor it waits. Returns how many were written: less than
 * `len`, with errno, only where write(2) fails.
 */
size_t io_write(int fd, const void *data, size_t len);

/*
 * Opens a regular file to read from. Returns the descriptor, for the caller to
 * close, or -1 with errno: EISDIR or ESPIPE where it is something else.
 */
int io_open_file(const char *path);

/*
 * Reads a whole file. Returns its text, for the caller to free: `*bytes` long,
 * and terminated besides. NULL with errno: EFBIG where it has more than
 * `max_bytes`.
 */
char *io_read_file(const char *path, size_t max_bytes, size_t *bytes);

/*
 * Opens a file to write to from its beginning, made if need be. /dev/fd/N is
 * dup(2) of the descriptor N, also where there is no /proc and where N is a
 * socket. Returns the descriptor, for the caller to close, or -1 with errno.
 */
int io_create(const char *path);

/* The same as a stream, for fclose(3); NULL with errno. */
FILE *io_create_stream(const char *path);

/*
 * Flushes a stream and closes it, but for stdout. `error` is the errno of a
 * write that has failed before, or 0. Returns 0, or -1 with the errno of the
 * first that failed, EIO where nobody has kept it.
 */
int io_end_stream(FILE *stream, int error);

/* close(2) that leaves errno as it is. */
void io_close(int fd);

#endif
