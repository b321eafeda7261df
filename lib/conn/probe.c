/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probe.h"

#include <poll.h>

#include "calls.h"
#include "lib/base/duration.h"
#include "lib/net/tcp.h"

static void conclude(
	struct conn *conn, enum event_probe probe, const char *text, int error)
{
	calls_report(conn,
		(struct event){ .kind = EVENT_PROBE,
			.probe = probe,
			.detail = text,
			.error = error });
}

static void cannot_tell(struct conn *conn, const char *text)
{
	conclude(conn, PROBE_UNKNOWN, text, 0);
}

static void is_full(struct conn *conn, int error)
{
	calls_note_error(conn, error);
	conclude(conn, PROBE_FULL,
		"full close: RST came; the peer receives nothing any more, and "
		"what it had not read is lost",
		error);
}

/* Both ends are on this machine: what the peer has ended is known at once. */
static void ask_kernel(struct conn *conn)
{
	struct pollfd pollfd = { .fd = conn->fd };

	/* POLLHUP is always reported: both halves have ended, unix(7). */
	if (poll(&pollfd, 1, 0) > 0 && pollfd.revents & POLLHUP) {
		int error = tcp_take_error(conn->fd);

		calls_note_error(conn, error);
		conclude(conn, PROBE_FULL,
			"full close: poll says HUP; the peer receives nothing "
			"any more, and a send gives EPIPE at once",
			error);
	} else {
		conclude(conn, PROBE_HALF,
			"half-close: poll says no HUP; the peer's receiving "
			"half is open, whether its program reads or not",
			0);
	}
}

bool probe_begin(struct probe *probe, struct conn *conn)
{
	static const char byte = '\n';

	probe->deadline_ms = duration_deadline_ms(PROBE_TIMEOUT_MS);
	if (conn->receiving == RECEIVING_OPEN)
		cannot_tell(conn, "cannot tell: no EOF has come");
	else if (conn->shut_rd)
		cannot_tell(conn, "cannot tell: our own shutdown gave the EOF");
	else if (conn->sending != SENDING_OPEN)
		cannot_tell(conn, "cannot tell: our sending half is shut");
	else if (conn->queue.head)
		cannot_tell(conn, "cannot tell: bytes are still queued");
	else if (!tcp_is(conn->fd))
		ask_kernel(conn);
	else if (calls_send(conn, &byte, 1, CALLS_TELL) == 1)
		return true;
	else if (conn->broken)
		is_full(conn, 0);
	else
		cannot_tell(conn, "cannot tell: the byte could not be sent");
	return false;
}

bool probe_finished(const struct probe *probe, struct conn *conn)
{
	if (conn->fd < 0)
		cannot_tell(conn, "cannot tell: the connection was closed");
	else if (tcp_state(conn->fd) == STATE_CLOSE)
		/* Asked only now: it clears what a later send would get. */
		is_full(conn, tcp_take_error(conn->fd));
	else if (!tcp_unacknowledged_bytes(conn->fd))
		conclude(conn, PROBE_HALF,
			"half-close: the peer's kernel acknowledged a byte; "
			"whether its program reads it cannot be known",
			0);
	else if (duration_now_ms() >= probe->deadline_ms)
		cannot_tell(
			conn, "cannot tell: neither ACK nor RST came in time");
	else
		return false;
	return true;
}
