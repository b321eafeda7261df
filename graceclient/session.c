/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session.h"

void session_receive(struct session *session, bool typed, size_t most)
{
	size_t room = session->context.buffer_bytes, got;

	conn_receive(&session->conn, session->context.buffer,
		most && most < room ? most : room, typed, &got);
}

bool session_is_over(const struct session *session)
{
	return session->quitting || session->report->broken;
}

bool session_is_busy(const struct session *session)
{
	return !session->editor.is_terminal &&
		session->conn.queue.waiting_bytes > CONN_QUEUE_BUSY;
}
