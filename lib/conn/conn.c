/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "conn.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "calls.h"
#include "lib/base/io.h"

/* How many calls one flush may make before others get their turn. */
#define FLUSH_CALLS 16

void conn_init(struct conn *conn, struct conn_context *context, int fd,
	unsigned number)
{
	assert(fd >= 0);
	*conn = (struct conn){ .context = context, .fd = fd, .number = number };
}

/* A failure that is no observation, with errno. */
static void fail(struct conn *conn, const char *verb, const char *what)
{
	calls_report(conn,
		(struct event){ .kind = EVENT_FAILURE,
			.call = verb,
			.detail = what,
			.error = errno });
}

static void end_save(struct conn *conn)
{
	struct save *save = conn->save;

	if (!save)
		return;
	conn->save = NULL;
	calls_report(conn,
		(struct event){ .kind = EVENT_SAVED,
			.saved = (size_t)save_written_bytes(save),
			.bytes = (size_t)save_arrived_bytes(save),
			.detail = save_path(save) });
	if (save_close(save))
		fail(conn, "close", save_path(save));
	save_free(save);
}

void conn_forget(struct conn *conn)
{
	end_save(conn);
	queue_clear(&conn->queue);
	hold_forget(conn->hold);
	conn->hold = NULL;
}

static void out_of_memory(struct conn *conn, const char *what)
{
	errno = ENOMEM;
	fail(conn, "queue", what);
}

bool conn_send(struct conn *conn, const void *data, size_t len)
{
	size_t done = 0;

	conn->replied = false;
	if (!conn->queue.head) {
		ssize_t n = calls_send(conn, data, len, false);

		if (n < 0 && !calls_transient(errno))
			return false;
		done = n > 0 ? (size_t)n : 0;
		if (done == len)
			return true;
		calls_report(conn,
			(struct event){
				.kind = EVENT_QUEUED, .bytes = len - done });
	}
	if (!queue_bytes(&conn->queue, (const char *)data + done, len - done))
		out_of_memory(conn, "bytes to send");
	return true;
}

bool conn_send_file(struct conn *conn, const char *path)
{
	int file = io_open_file(path);

	if (file < 0)
		return false;
	conn->replied = false;
	if (!queue_file(&conn->queue, file, path)) {
		close(file);
		errno = ENOMEM;
		return false;
	}
	conn_flush(conn);
	return true;
}

void conn_shutdown(struct conn *conn, int how)
{
	if (!conn->queue.head) {
		calls_shutdown(conn, how);
		return;
	}
	if (!queue_shutdown(&conn->queue, how))
		out_of_memory(conn, "the shutdown");
	else if (how != SHUT_RD && conn->sending == SENDING_OPEN)
		conn->sending = SENDING_FIN_QUEUED;
}

static void close_now(struct conn *conn, enum event_kind kind)
{
	end_save(conn);
	queue_clear(&conn->queue);
	calls_close(conn, kind);
}

void conn_close(struct conn *conn)
{
	if (!conn->queue.head)
		close_now(conn, EVENT_CLOSE);
	else if (!queue_close(&conn->queue))
		out_of_memory(conn, "the close");
	else
		conn->closing = true;
	if (conn->closing && conn->sending == SENDING_OPEN)
		conn->sending = SENDING_FIN_QUEUED;
}

void conn_reset(struct conn *conn)
{
	const struct linger abort_at_once = { .l_onoff = 1, .l_linger = 0 };

	setsockopt(conn->fd, SOL_SOCKET, SO_LINGER, &abort_at_once,
		sizeof(abort_at_once));
	close_now(conn, EVENT_RESET);
}

bool conn_hold(struct conn *conn, bool by_child)
{
	conn->hold = hold_take(conn->fd, by_child);
	if (!conn->hold)
		return false;
	calls_report(conn,
		(struct event){ .kind = EVENT_HOLD,
			.child = by_child,
			.detail = by_child ? "a child holds the socket too"
					   : "another descriptor holds the "
					     "socket too" });
	return true;
}

void conn_release(struct conn *conn)
{
	hold_release(conn->hold);
	conn->hold = NULL;
	calls_report(conn,
		(struct event){ .kind = EVENT_RELEASE,
			.detail = "one reference less" });
}

bool conn_save(struct conn *conn, const char *path, int until)
{
	struct save *save = save_begin(path, until);

	if (!save)
		return false;
	end_save(conn);
	conn->save = save;
	return true;
}

/* Gives what arrived to the file, if there is one; returns how much. */
static size_t save_received(struct conn *conn, const void *data, size_t len)
{
	size_t taken = 0;

	if (!conn->save)
		return 0;
	if (!save_take(conn->save, data, len, &taken))
		fail(conn, "write to", save_path(conn->save));
	if (save_marked(conn->save))
		end_save(conn);
	return taken;
}

enum conn_received conn_receive(
	struct conn *conn, void *buffer, size_t size, bool typed, size_t *got)
{
	ssize_t n = calls_recv(conn, buffer, size, typed);

	if (n < 0 && calls_transient(errno))
		return CONN_NOTHING;
	if (n <= 0) {
		end_save(conn);
		return n ? CONN_ERROR : CONN_EOF;
	}
	*got = (size_t)n;
	conn->replied = true;
	size_t saved = save_received(conn, buffer, *got);

	calls_report(conn,
		(struct event){ .kind = EVENT_RECV,
			.data = buffer,
			.bytes = *got,
			.saved = saved });
	return CONN_RECEIVED;
}

bool conn_wants_read(const struct conn *conn)
{
	return conn->fd >= 0 && !conn->paused &&
		conn->receiving == RECEIVING_OPEN;
}

bool conn_wants_write(const struct conn *conn)
{
	return conn->fd >= 0 && conn->queue.head;
}

/* One event for the whole file, at its end or where it stops. */
static bool finish_file(struct conn *conn)
{
	struct queue_item *item = conn->queue.head;

	calls_report(conn,
		(struct event){ .kind = EVENT_SEND,
			.bytes = item->done,
			.detail = item->bytes });
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
		fail(conn, "read", item->bytes);
	if (got <= 0)
		return finish_file(conn);
	ssize_t n = calls_send(conn, context->buffer, (size_t)got, true);

	if (n < 0)
		return calls_transient(errno) ? false : finish_file(conn);
	queue_advance(&conn->queue, (size_t)n);
	return n == got;
}

static bool flush_bytes(struct conn *conn, struct queue_item *item)
{
	size_t left = item->len - item->done;
	ssize_t n = calls_send(conn, item->bytes + item->done, left, false);

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

/* Does the next of what is queued; false once the kernel takes no more. */
static bool flush_one(struct conn *conn)
{
	struct queue_item *item = conn->queue.head;
	int how = item->how;

	switch (item->kind) {
	case QUEUE_BYTES:
		return flush_bytes(conn, item);
	case QUEUE_FILE:
		return flush_file(conn, item);
	case QUEUE_SHUTDOWN:
		queue_drop(&conn->queue);
		calls_shutdown(conn, how);
		return true;
	case QUEUE_CLOSE:
		queue_drop(&conn->queue);
		close_now(conn, EVENT_CLOSE);
		return false;
	}
	return false;
}

void conn_flush(struct conn *conn)
{
	for (int calls = 0; calls < FLUSH_CALLS; calls++)
		if (!conn_wants_write(conn) || !flush_one(conn))
			break;
}
