/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server.h"

#include <stddef.h>

void server_before_close(struct conn *conn)
{
	struct served *served = (struct served *)conn;
	struct server *server = (struct server *)((char *)served->serving -
		offsetof(struct server, serving));

	watch_drop(&server->watch, served);
}

static void end_served(struct server *server, struct served *served)
{
	if (server->options->once) {
		server->ending = true;
		server->report->status->broken |= served->conn.broken;
	}
	connections_remove(&server->connections, served);
	listener_retry(&server->listener);
}

void server_update(struct server *server, struct served *served)
{
	served_settle(served);
	if (served->conn.fd >= 0)
		watch_served(&server->watch, served);
	if (server->serving.context.sigpipe_caught)
		return;
	if (served_is_over(served))
		end_served(server, served);
}

bool server_is_over(const struct server *server)
{
	return server->ending || server->report->broken ||
		server->serving.context.sigpipe_caught;
}
