/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "opening.h"

#include <errno.h>
#include <stdio.h>
#include <sys/select.h>
#include <unistd.h>

#include "lib/net/net.h"
#include "lib/net/tcp.h"
#include "lib/typed/act.h"

void opening_note_broken(struct session *session)
{
	if (session->conn.broken)
		session->report->status->broken = true;
}

/* A handshake that was reset is what the peer did, not a failure of ours. */
static void refused(struct session *session, int error)
{
	struct status *status = session->report->status;

	if (error == ECONNRESET)
		status->broken = true;
	else
		status->failed = true;
	report_event(session->report,
		&(struct event){ .kind = EVENT_ERROR,
			.call = "connect",
			.said = true,
			.error = error });
}

/* What connect(2) gave: all of it, or that it is under way. */
static void begin_connection(struct session *session, int fd, bool under_way)
{
	struct conn *conn = &session->conn;
	char local[NET_ADDRESS_SIZE], peer[NET_ADDRESS_SIZE];
	char who[UNIX_PEER_SIZE], shown[sizeof(peer) + sizeof(who)];

	opening_note_broken(session);
	conn_init(conn, &session->context, fd, ++session->connections);
	conn->paused = session->options->common.paused;
	session->said_ended = false;
	conn->connecting = under_way;
	if (conn->connecting) {
		report_event(session->report,
			&(struct event){ .kind = EVENT_WOULD_BLOCK,
				.conn = conn->number,
				.call = "connect",
				.error = EINPROGRESS,
				.state = tcp_state(fd) });
		return;
	}
	net_format_end(fd, false, local);
	net_format_end(fd, true, peer);
	snprintf(shown, sizeof(shown), "%s%s", peer, unix_peer_text(fd, who));
	report_event(session->report,
		&(struct event){ .kind = EVENT_CONNECT,
			.conn = conn->number,
			.detail = shown,
			.local = local,
			.peer = peer,
			.state = tcp_state(fd) });
}

/* To somebody who waits: a line of their own, also where notes are left out. */
static void say_slow(void *context, const char *what)
{
	struct session *session = context;

	if (session->editor.is_terminal)
		report_answer(session->report, 0, "%s ...", what);
	else
		report_note(session->report, 0, "%s ...", what);
}

bool opening_connect(struct session *session, const char *host,
	const char *port, bool nowait)
{
	bool under_way = false;
	const struct net_connect_options options = {
		.host = host,
		.port = port,
		.family = session->options->family,
		.timeout_ms = session->options->connect_timeout_ms,
		.slow = { say_slow, session },
		.local_port = session->options->local_port,
		.under_way = nowait ? &under_way : NULL,
	};
	char error[NET_ERROR_SIZE];
	int fd = net_connect(&options, error);

	if (fd >= FD_SETSIZE) {
		snprintf(error, sizeof(error),
			"cannot connect: descriptor %d is not below FD_SETSIZE "
			"(%d), the bound of select(2)",
			fd, FD_SETSIZE);
		close(fd);
		errno = EMFILE;
		fd = -1;
	}
	if (fd < 0) {
		refused(session, errno);
		report_complaint(session->report, "%s", error);
		return false;
	}
	begin_connection(session, fd, under_way);
	return true;
}

void opening_again(struct session *session, const struct command *command)
{
	if (session->conn.fd >= 0)
		act_refuse(session->report, "open",
			"the connection has not ended; close it first");
	else if (session->conn.in_recv || session->conn.in_close)
		act_refuse(session->report, "open",
			"a call in a thread has not returned");
	else if (session->conn.hold)
		act_refuse(session->report, "open",
			"the last connection is held; release it first");
	else
		opening_connect(session,
			command->host ? command->host : session->options->host,
			command->port ? command->port : session->options->port,
			command->nowait);
}

void opening_flush(struct session *session)
{
	struct conn *conn = &session->conn;
	bool connecting = conn->connecting;

	conn_flush(conn);
	if (connecting && conn->fd < 0 && !conn->broken)
		session->report->status->failed = true;
}
