/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "calls.h"

#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/base/names.h"
#include "lib/base/signals.h"
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

/* The handler ran before send(2) returned, so its event comes first. */
static void take_sigpipe(struct conn *conn)
{
	if (!signals_take(SIGPIPE))
		return;
	conn->context->sigpipe_caught = true;
	calls_report(conn,
		(struct event){ .kind = EVENT_SIGNAL, .signal = SIGPIPE });
}

static void send_failed(
	struct conn *conn, const void *data, size_t len, int error)
{
	take_sigpipe(conn);
	if (error == EAGAIN) {
		report_error(conn, "send", NULL, error);
		return;
	}
	calls_report(conn,
		(struct event){ .kind = EVENT_ERROR,
			.call = "send",
			.error = error,
			.data = data,
			.bytes = len });
	if (lost(error))
		conn->receiving = RECEIVING_RESET;
	if (lost(error) || (error == EPIPE && !conn->shut_wr))
		conn->broken = true;
}

ssize_t calls_send(struct conn *conn, const void *data, size_t len, bool quiet)
{
	int flags = (conn->context->nosignal ? MSG_NOSIGNAL : 0) |
		(conn->more ? MSG_MORE : 0);
	ssize_t n;

	do
		n = send(conn->fd, data, len, flags);
	while (n < 0 && errno == EINTR);
	int error = errno;

	if (n < 0)
		send_failed(conn, data, len, error);
	else if (!quiet)
		calls_report(conn,
			(struct event){ .kind = EVENT_SEND,
				.data = data,
				.bytes = (size_t)n });
	errno = error;
	return n;
}

ssize_t calls_recv(struct conn *conn, void *buffer, size_t size, bool typed)
{
	ssize_t n;

	do
		n = recv(conn->fd, buffer, size, 0);
	while (n < 0 && errno == EINTR);
	int error = errno;

	if (n == 0) {
		conn->receiving = RECEIVING_EOF;
		calls_report(conn,
			(struct event){ .kind = EVENT_EOF,
				.detail = conn->shut_rd ? "our own shutdown "
							  "ended this half"
							: NULL });
	} else if (n < 0 && (typed || error != EAGAIN)) {
		report_error(conn, "recv", NULL, error);
	}
	if (n < 0 && !calls_transient(error)) {
		conn->receiving = RECEIVING_RESET;
		conn->broken = conn->broken || lost(error);
	}
	errno = error;
	return n;
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

void calls_close(struct conn *conn, enum event_kind kind)
{
	int fd = conn->fd;

	if (conn->context->before_close)
		conn->context->before_close(conn);
	conn->fd = -1;
	conn->sending = SENDING_SHUT;
	if (close(fd))
		report_error(conn, "close", NULL, errno);
	else
		calls_report(conn, (struct event){ .kind = kind });
}
