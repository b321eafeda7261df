/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "calls.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/base/names.h"
#include "lib/base/signals.h"
#include "lib/net/net.h"
#include "lib/net/tcp.h"

void calls_report(struct conn *conn, struct event event)
{
	const struct conn_context *context = conn->context;

	if (!context->on_event)
		return;
	event.conn = conn->number;
	if (conn->fd >= 0 && context->with_state)
		event.state = tcp_state(conn->fd);
	context->on_event(context->owner, &event);
}

void calls_fail(struct conn *conn, const char *verb, const char *what)
{
	calls_report(conn,
		(struct event){ .kind = EVENT_FAILURE,
			.call = verb,
			.detail = what,
			.error = errno });
}

bool calls_transient(int error)
{
	return error == EAGAIN || error == ENOBUFS || error == ENOMEM;
}

static void report_error(
	struct conn *conn, const char *call, const char *detail, int error)
{
	calls_report(conn,
		(struct event){ .kind = error == EAGAIN ? EVENT_WOULD_BLOCK
							: EVENT_ERROR,
			.call = call,
			.detail = detail,
			.error = error });
}

/* The peer reset the connection, or the kernel gave a silent one up. */
static bool lost(int error)
{
	return error == ECONNRESET || error == ETIMEDOUT ||
		error == EHOSTUNREACH || error == ENETUNREACH;
}

void calls_note_error(struct conn *conn, int error)
{
	if (lost(error) || (error == EPIPE && !conn->shut_wr))
		conn->broken = true;
}

/* The handler ran before send(2) returned, so its event comes first. */
static void take_sigpipe(struct conn *conn)
{
	if (!signals_take(SIGPIPE))
		return;
	conn->context->sigpipe_caught = true;
	calls_report(conn,
		(struct event){ .kind = EVENT_SIGNAL, .signal = SIGPIPE });
}

static void send_failed(struct conn *conn, const void *data, size_t len,
	enum calls_quiet quiet, int error)
{
	take_sigpipe(conn);
	if (error == EAGAIN) {
		if (quiet != CALLS_SILENT)
			report_error(conn, "send", NULL, error);
		return;
	}
	calls_report(conn,
		(struct event){ .kind = EVENT_ERROR,
			.call = "send",
			.error = error,
			.data = quiet == CALLS_TELL ? data : NULL,
			.bytes = len });
	if (lost(error))
		conn->receiving = RECEIVING_RESET;
	calls_note_error(conn, error);
}

ssize_t calls_send(
	struct conn *conn, const void *data, size_t len, enum calls_quiet quiet)
{
	/* O_NONBLOCK is for those who block in a thread to clear. */
	int flags = MSG_DONTWAIT |
		(conn->context->nosignal ? MSG_NOSIGNAL : 0) |
		(conn->more ? MSG_MORE : 0);
	ssize_t n;

	do
		n = conn->layer ? conn->layer->send(conn->under, data, len,
					  flags & MSG_MORE)
				: send(conn->fd, data, len, flags);
	while (n < 0 && errno == EINTR);
	int error = errno;

	if (n < 0)
		send_failed(conn, data, len, quiet, error);
	else if (quiet == CALLS_TELL)
		calls_report(conn,
			(struct event){ .kind = EVENT_SEND,
				.data = data,
				.bytes = (size_t)n });
	if (n >= 0 && conn->more_once)
		conn->more = conn->more_once = false;
	errno = error;
	return n;
}

/* What recv(2) gave but for data, which is the caller's to report. */
static void received(
	struct conn *conn, ssize_t n, bool typed, struct event event)
{
	int error = event.error;

	if (n == 0) {
		conn->receiving = RECEIVING_EOF;
		event.kind = EVENT_EOF;
		if (conn->shut_rd)
			event.detail = "our own shutdown ended this half";
		calls_report(conn, event);
	} else if (n < 0 && (typed || error != EAGAIN)) {
		event.kind = error == EAGAIN ? EVENT_WOULD_BLOCK : EVENT_ERROR;
		event.call = "recv";
		calls_report(conn, event);
	}
	if (n < 0 && !calls_transient(error)) {
		conn->receiving = RECEIVING_RESET;
		calls_note_error(conn, error);
	}
}

ssize_t calls_recv(struct conn *conn, void *buffer, size_t size, bool typed)
{
	ssize_t n;

	do
		n = conn->layer ? conn->layer->recv(conn->under, buffer, size)
				: recv(conn->fd, buffer, size, MSG_DONTWAIT);
	while (n < 0 && errno == EINTR);
	int error = n < 0 ? errno : 0;

	received(conn, n, typed, (struct event){ .error = error });
	errno = error;
	return n;
}

void calls_peek(struct conn *conn, size_t most)
{
	char *buffer = conn->context->buffer;
	size_t size = conn->context->buffer_bytes;
	ssize_t n;

	if (most && most < size)
		size = most;
	do
		n = recv(conn->fd, buffer, size, MSG_PEEK | MSG_DONTWAIT);
	while (n < 0 && errno == EINTR);
	if (n < 0) {
		calls_note_error(conn, errno);
		report_error(conn, "peek", NULL, errno);
	} else {
		calls_report(conn,
			(struct event){ .kind = EVENT_PEEK,
				.data = n ? buffer : NULL,
				.bytes = (size_t)n });
	}
}

void calls_shutdown(struct conn *conn, int how)
{
	if (how != SHUT_RD)
		conn->sending = SENDING_SHUT;
	if (shutdown(conn->fd, how)) {
		report_error(conn, "shutdown", names_shutdown(how), errno);
		return;
	}
	conn->shut_wr = conn->shut_wr || how != SHUT_RD;
	conn->shut_rd = conn->shut_rd || how != SHUT_WR;
	calls_report(conn,
		(struct event){ .kind = EVENT_SHUTDOWN,
			.detail = names_shutdown(how) });
}

/* True where close(2) has become a thread's to make. */
static bool close_in_thread(struct conn *conn, int fd)
{
	struct threads *threads = conn->context->threads;

	if (!threads || !threads_start(threads, THREAD_CLOSE, fd, conn->number))
		return false;
	conn->in_close = true;
	return true;
}

void calls_close(struct conn *conn, enum event_kind kind)
{
	int fd = conn->fd;

	if (conn->context->before_close)
		conn->context->before_close(conn);
	conn->fd = -1;
	conn->connecting = false;
	conn->sending = SENDING_SHUT;
	if (kind == EVENT_CLOSE && conn->close_blocks &&
		close_in_thread(conn, fd))
		return;
	if (close(fd))
		report_error(conn, "close", NULL, errno);
	else
		calls_report(conn, (struct event){ .kind = kind });
}

bool calls_block_recv(struct conn *conn)
{
	int flags = fcntl(conn->fd, F_GETFL);

	if (!conn->context->threads) {
		errno = ENOTSUP;
		return false;
	}
	if (fcntl(conn->fd, F_SETFL, flags & ~O_NONBLOCK) ||
		!threads_start(conn->context->threads, THREAD_RECV, conn->fd,
			conn->number))
		return false;
	conn->in_recv = true;
	return true;
}

void calls_returned(struct conn *conn, const struct thread_result *result)
{
	struct event event = { .in_thread = true,
		.took_s = result->took_s,
		.error = result->error };

	if (result->call == THREAD_RECV) {
		conn->in_recv = false;
		received(conn, result->value, true, event);
		return;
	}
	conn->in_close = false;
	event.kind = result->error ? EVENT_ERROR : EVENT_CLOSE;
	event.call = result->error ? "close" : NULL;
	calls_report(conn, event);
}

bool calls_connected(struct conn *conn)
{
	char local[NET_ADDRESS_SIZE], peer[NET_ADDRESS_SIZE];
	int error = tcp_take_error(conn->fd);

	conn->connecting = false;
	if (error) {
		conn->receiving = RECEIVING_RESET;
		calls_note_error(conn, error);
		report_error(conn, "connect", NULL, error);
		return false;
	}
	net_format_end(conn->fd, false, local);
	net_format_end(conn->fd, true, peer);
	calls_report(conn,
		(struct event){ .kind = EVENT_CONNECT,
			.detail = peer,
			.local = local,
			.peer = peer });
	return true;
}
