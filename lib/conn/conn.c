/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "conn.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "calls.h"
#include "flush.h"
#include "lib/base/io.h"

/* How many calls one flush may make before others get their turn. */
#define FLUSH_CALLS 16

void conn_init(struct conn *conn, struct conn_context *context, int fd,
	unsigned number)
{
	assert(fd >= 0);
	*conn = (struct conn){ .context = context, .fd = fd, .number = number };
}

/* Keeps count of the connections whose file has a slow reader. */
static void note_behind(struct conn *conn)
{
	bool behind = conn->save && save_is_behind(conn->save);

	if (behind != conn->behind)
		conn->context->behind += behind ? 1 : -1u;
	conn->behind = behind;
}

void conn_end_save(struct conn *conn)
{
	struct save *save = conn->save;

	if (!save)
		return;
	int failed = save_close(save) ? errno : 0;

	conn->save = NULL;
	note_behind(conn);
	calls_report(conn,
		(struct event){ .kind = EVENT_SAVED,
			.saved = (size_t)save_written_bytes(save),
			.bytes = (size_t)save_arrived_bytes(save),
			.detail = save_path(save) });
	errno = failed;
	if (failed)
		calls_fail(conn, "close", save_path(save));
	save_free(save);
}

void conn_forget(struct conn *conn)
{
	conn_end_save(conn);
	queue_clear(&conn->queue);
	hold_forget(conn->hold);
	conn->hold = NULL;
}

static void out_of_memory(struct conn *conn, const char *what)
{
	errno = ENOMEM;
	calls_fail(conn, "queue", what);
}

bool conn_send(struct conn *conn, const void *data, size_t len)
{
	size_t done = 0;

	conn->replied = false;
	if (!conn->queue.head) {
		ssize_t n = calls_send(conn, data, len, CALLS_TELL);

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

void conn_fill(struct conn *conn, size_t bytes)
{
	conn->replied = false;
	if (queue_fill(&conn->queue, bytes))
		conn_flush(conn);
	else
		out_of_memory(conn, "bytes to send");
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
	conn_end_save(conn);
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

	conn->connecting = false;
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
	conn_end_save(conn);
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
		calls_fail(conn, "write to", save_path(conn->save));
	note_behind(conn);
	if (save_marked(conn->save))
		conn_end_save(conn);
	return taken;
}

bool conn_block_recv(struct conn *conn)
{
	return calls_block_recv(conn);
}

/* What recv(2) gave, `event` with it; the rest was told by calls.h. */
static enum conn_received took(struct conn *conn, const void *data, ssize_t n,
	int error, struct event event)
{
	if (n < 0 && calls_transient(error))
		return CONN_NOTHING;
	if (n <= 0) {
		conn_end_save(conn);
		return n ? CONN_ERROR : CONN_EOF;
	}
	conn->replied = true;
	event.kind = EVENT_RECV;
	event.data = data;
	event.bytes = (size_t)n;
	event.saved = save_received(conn, data, (size_t)n);
	calls_report(conn, event);
	return CONN_RECEIVED;
}

enum conn_received conn_receive(
	struct conn *conn, void *buffer, size_t size, bool typed, size_t *got)
{
	ssize_t n = calls_recv(conn, buffer, size, typed);

	*got = n > 0 ? (size_t)n : 0;
	return took(conn, buffer, n, errno, (struct event){ 0 });
}

enum conn_received conn_returned(
	struct conn *conn, const struct thread_result *result)
{
	calls_returned(conn, result);
	if (result->call != THREAD_RECV)
		return CONN_NOTHING;
	return took(conn, result->data, result->value, result->error,
		(struct event){ .in_thread = true, .took_s = result->took_s });
}

void conn_retry_save(struct conn *conn)
{
	if (conn->behind && !save_retry(conn->save))
		calls_fail(conn, "write to", save_path(conn->save));
	note_behind(conn);
}

bool conn_wants_read(const struct conn *conn)
{
	return conn->fd >= 0 && !conn->paused && !conn->connecting &&
		!conn->in_recv && !conn->behind &&
		conn->receiving == RECEIVING_OPEN;
}

bool conn_wants_write(const struct conn *conn)
{
	return conn->fd >= 0 && (conn->connecting || conn->queue.head);
}

/* A connect(2) that failed leaves nothing that could be used. */
static void finish_connecting(struct conn *conn)
{
	if (calls_connected(conn))
		return;
	queue_clear(&conn->queue);
	conn->sending = SENDING_SHUT;
	close(conn->fd);
	conn->fd = -1;
}

void conn_flush(struct conn *conn)
{
	if (conn->connecting)
		finish_connecting(conn);
	enum flush_result result = FLUSH_ON;

	for (int calls = 0; calls < FLUSH_CALLS && conn_wants_write(conn) &&
		result == FLUSH_ON;
		calls++)
		result = flush_one(conn);
	if (result == FLUSH_CLOSE)
		conn_close(conn);
}
