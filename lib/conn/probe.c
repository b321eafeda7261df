/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probe.h"

#include <string.h>

#include "calls.h"
#include "lib/base/duration.h"
#include "lib/base/names.h"
#include "lib/net/tcp.h"

static void conclude(struct conn *conn, const char *result)
{
	calls_report(
		conn, (struct event){ .kind = EVENT_PROBE, .detail = result });
}

#define FULL                                                             \
	"full close: RST came; the peer receives nothing any more, and " \
	"what it had not read is lost"

bool probe_begin(struct probe *probe, struct conn *conn)
{
	static const char byte = '\n';

	probe->deadline_ms = duration_deadline_ms(PROBE_TIMEOUT_MS);
	if (conn->receiving == RECEIVING_OPEN)
		conclude(conn, "cannot tell: no EOF has come");
	else if (conn->shut_rd)
		conclude(conn, "cannot tell: our own shutdown gave the EOF");
	else if (conn->sending != SENDING_OPEN)
		conclude(conn, "cannot tell: our sending half is shut");
	else if (conn->queue.head)
		conclude(conn, "cannot tell: bytes are still queued");
	else if (calls_send(conn, &byte, 1, false) == 1)
		return true;
	else if (conn->broken)
		conclude(conn, FULL);
	else
		conclude(conn, "cannot tell: the byte could not be sent");
	return false;
}

bool probe_finished(const struct probe *probe, struct conn *conn)
{
	if (conn->fd < 0) {
		conclude(conn, "cannot tell: the connection was closed");
	} else if (!strcmp(tcp_state(conn->fd), "CLOSE")) {
		/* Asked only now: it clears what a later send would get. */
		int error = tcp_take_error(conn->fd);

		report_note(conn->context->report, conn->number, "SO_ERROR: %s",
			error ? names_errno(error) : "0");
		conclude(conn, FULL);
	} else if (!tcp_unacknowledged_bytes(conn->fd)) {
		conclude(conn,
			"half-close: the peer's kernel acknowledged a byte; "
			"whether its program reads it cannot be known");
	} else if (duration_now_ms() >= probe->deadline_ms) {
		conclude(conn, "cannot tell: neither ACK nor RST came in time");
	} else {
		return false;
	}
	return true;
}
