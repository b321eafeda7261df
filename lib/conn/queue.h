/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a connection has still to do, in order: send, shut down, close. */
#ifndef GRACE_QUEUE_H
#define GRACE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum queue_kind {
	QUEUE_BYTES,
	QUEUE_FILE,
	QUEUE_FILL, /* so many bytes of no meaning; 0: all the kernel takes */
	QUEUE_SHUTDOWN,
	QUEUE_CLOSE,
};

struct queue_item {
	struct queue_item *next;
	enum queue_kind kind;
	int file;     /* FILE: owned; else -1 */
	int how;      /* SHUTDOWN */
	size_t done;  /* BYTES, FILE, FILL: sent so far */
	size_t len;   /* BYTES: of `bytes`; FILE: of its path in there */
	size_t total; /* FILL */
	char bytes[]; /* terminated where it is a path */
};

/* Zero-initialised: empty. */
struct queue {
	struct queue_item *head, *tail;
	size_t waiting_bytes; /* of QUEUE_BYTES, to be sent */
};

/* Each adds a copy at the end; false, and nothing added, without memory. */
bool queue_bytes(struct queue *queue, const void *data, size_t len);
bool queue_file(struct queue *queue, int file, const char *path);
bool queue_fill(struct queue *queue, size_t total);
bool queue_shutdown(struct queue *queue, int how);
bool queue_close(struct queue *queue);

/* Notes that `len` more bytes of the first item have been sent. */
void queue_advance(struct queue *queue, size_t len);

/* Drops the first item, which must be there, and what it owns. */
void queue_drop(struct queue *queue);

/* Drops everything. */
void queue_clear(struct queue *queue);

#endif
