/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "flush.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "calls.h"

/* Against a peer that takes as fast as we give, to end somewhere. */
#define FILL_CALLS 256

/* One event for all of a file, or of bytes of no meaning: here they end. */
static bool finish_whole(struct conn *conn, const char *path)
{
	calls_report(conn,
		(struct event){ .kind = EVENT_SEND,
			.bytes = conn->queue.head->done,
			.detail = path });
	queue_drop(&conn->queue);
	return true;
}

static bool flush_file(struct conn *conn, struct queue_item *item)
{
	struct conn_context *context = conn->context;
	ssize_t got;

	do
		got = pread(item->file, context->buffer, context->buffer_bytes,
			(off_t)item->done);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		calls_fail(conn, "read", item->bytes);
	if (got <= 0)
		return finish_whole(conn, item->bytes);
	ssize_t n = calls_send(conn, context->buffer, (size_t)got, CALLS_QUIET);

	if (n < 0)
		return calls_transient(errno) ? false
					      : finish_whole(conn, item->bytes);
	queue_advance(&conn->queue, (size_t)n);
	return n == got;
}

static bool flush_bytes(struct conn *conn, struct queue_item *item)
{
	size_t left = item->len - item->done;
	ssize_t n =
		calls_send(conn, item->bytes + item->done, left, CALLS_TELL);

	if (n < 0 && calls_transient(errno))
		return false;
	if (n < 0)
		calls_report(conn,
			(struct event){ .kind = EVENT_UNSENT, .bytes = left });
	else
		queue_advance(&conn->queue, (size_t)n);
	if (n < 0 || item->done == item->len)
		queue_drop(&conn->queue);
	return n < 0 || (size_t)n == left;
}

/* As much as the kernel takes now, which is found out at once or not at all. */
static bool fill_up(struct conn *conn)
{
	struct conn_context *context = conn->context;
	ssize_t n = 0;

	memset(context->buffer, 'x', context->buffer_bytes);
	for (int calls = 0; calls < FILL_CALLS && n >= 0; calls++) {
		n = calls_send(conn, context->buffer, context->buffer_bytes,
			CALLS_SILENT);
		if (n > 0)
			queue_advance(&conn->queue, (size_t)n);
	}
	return finish_whole(conn, NULL);
}

static bool flush_fill(struct conn *conn, struct queue_item *item)
{
	struct conn_context *context = conn->context;
	size_t left = item->total - item->done;
	size_t len =
		left < context->buffer_bytes ? left : context->buffer_bytes;

	if (!item->total)
		return fill_up(conn);
	memset(context->buffer, 'x', len);
	ssize_t n = calls_send(conn, context->buffer, len, CALLS_QUIET);

	if (n < 0 && calls_transient(errno))
		return false;
	if (n > 0)
		queue_advance(&conn->queue, (size_t)n);
	if (n < 0 || item->done == item->total)
		return finish_whole(conn, NULL);
	return (size_t)n == len;
}

enum flush_result flush_one(struct conn *conn)
{
	struct queue_item *item = conn->queue.head;
	int how = item->how;
	bool done = false;

	switch (item->kind) {
	case QUEUE_BYTES:
		done = flush_bytes(conn, item);
		break;
	case QUEUE_FILE:
		done = flush_file(conn, item);
		break;
	case QUEUE_FILL:
		done = flush_fill(conn, item);
		break;
	case QUEUE_SHUTDOWN:
		queue_drop(&conn->queue);
		calls_shutdown(conn, how);
		done = true;
		break;
	case QUEUE_CLOSE:
		/* Nothing can stand behind it. */
		queue_drop(&conn->queue);
		return FLUSH_CLOSE;
	}
	return done ? FLUSH_ON : FLUSH_WAIT;
}
