/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A connection as its owner sees it: a sending half and a receiving half, each
 * with a state of its own, and what is still queued. Each function makes at
 * most one call of its kind and reports what came of it as an event.
 */
#ifndef GRACE_CONN_H
#define GRACE_CONN_H

#include <stdbool.h>
#include <stddef.h>

#include "halves.h"

/*
 * With more bytes than this queued, a script waits with its next line; a person
 * at a terminal does not.
 */
#define CONN_QUEUE_BUSY (1024 * 1024)

/* Begins with a connected, non-blocking socket, which the connection owns. */
void conn_init(struct conn *conn, struct conn_context *context, int fd,
	unsigned number);

/*
 * Frees what the connection holds in memory. Its descriptors are left: to the
 * kernel, when the process exits.
 */
void conn_forget(struct conn *conn);

/*
 * Sends, behind what is queued; what the kernel does not take is queued. False
 * where the connection refuses it.
 */
bool conn_send(struct conn *conn, const void *data, size_t len);

/*
 * Sends a file, behind what is queued. False where it cannot be opened, with
 * errno; `path` is copied.
 */
bool conn_send_file(struct conn *conn, const char *path);

/*
 * Sends `bytes` bytes of no meaning, behind what is queued; with 0 as many as
 * the kernel takes without waiting. Told as one send.
 */
void conn_fill(struct conn *conn, size_t bytes);

/* shutdown(2) and close(2), behind what is queued. */
void conn_shutdown(struct conn *conn, int how);
void conn_close(struct conn *conn);

/*
 * recv(2) and close(2) in a thread that may block there; what came of it is
 * told by conn_returned(). False, with errno, where there is no thread.
 */
bool conn_block_recv(struct conn *conn);

/* An abortive close (RFC 9293 section 3.10.5), at once. */
void conn_reset(struct conn *conn);

/* False, with errno, where dup(2) or fork(2) fails. */
bool conn_hold(struct conn *conn, bool by_child);
void conn_release(struct conn *conn);

/* False where the file cannot be made, with errno. */
bool conn_save(struct conn *conn, const char *path, int until);

/* Ends the file of conn_save(), if there is one, and tells how it is. */
void conn_end_save(struct conn *conn);

/*
 * While conn->behind, to be called within OUTLET_RETRY_MS: writes to the file
 * what its reader takes by now.
 */
void conn_retry_save(struct conn *conn);

enum conn_received {
	CONN_RECEIVED, /* `*got` bytes */
	CONN_EOF,
	CONN_NOTHING, /* it would block */
	CONN_ERROR,
};

/*
 * recv(2) once, into `buffer` of `size` bytes. `typed`: somebody asked for it,
 * so that nothing to read is worth an event too.
 */
enum conn_received conn_receive(
	struct conn *conn, void *buffer, size_t size, bool typed, size_t *got);

/* Tells what came of a call in a thread; of THREAD_RECV as conn_receive(). */
enum conn_received conn_returned(
	struct conn *conn, const struct thread_result *result);

/*
 * Goes on with what is queued, as far as the kernel takes it; first with a
 * connect(2) that is under way, whose failure closes the descriptor.
 */
void conn_flush(struct conn *conn);

/* What to wait for. */
bool conn_wants_read(const struct conn *conn);
bool conn_wants_write(const struct conn *conn);

#endif
