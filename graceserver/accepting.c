/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "accepting.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/net/net.h"
#include "lib/net/tcp.h"
#include "lib/typed/act.h"

/* How many new connections one turn takes. */
#define ACCEPTS_A_TURN 64

static void report_accept(struct server *server, const struct served *served,
	const struct sockaddr *address, socklen_t address_bytes)
{
	char local[NET_ADDRESS_SIZE], peer[NET_ADDRESS_SIZE];
	char who[UNIX_PEER_SIZE], shown[sizeof(peer) + sizeof(who)];

	if (!report_wants_state(server->report))
		return;
	net_format_end(served->conn.fd, false, local);
	net_format(address, address_bytes, peer);
	snprintf(shown, sizeof(shown), "%s%s", peer,
		unix_peer_text(served->conn.fd, who));
	report_event(server->report,
		&(struct event){ .kind = EVENT_ACCEPT,
			.conn = served->conn.number,
			.detail = shown,
			.local = local,
			.peer = peer,
			.state = tcp_state(served->conn.fd) });
}

static void begin_served(struct server *server, int fd,
	const struct sockaddr *address, socklen_t address_bytes)
{
	struct served *served =
		served_new(&server->serving, fd, ++server->accepted);

	if (!served) {
		server->report->status->failed = true;
		report_complaint(server->report, "no memory for a connection");
		close(fd);
		return;
	}
	connections_add(&server->connections, served);
	report_accept(server, served, address, address_bytes);
	served_on_accept(served);
	server_update(server, served);
}

void accepting_waiting(struct server *server)
{
	for (int i = 0; i < ACCEPTS_A_TURN; i++) {
		struct sockaddr_storage address;
		socklen_t size;

		if (!listener_ready(
			    &server->listener, server->connections.count))
			return;
		int fd = listener_accept(&server->listener, server->report,
			&address, &size, false);

		if (fd < 0)
			return;
		begin_served(server, fd, (struct sockaddr *)&address, size);
	}
}

void accepting_typed(struct server *server, const struct command *command)
{
	struct listener *listener = &server->listener;
	struct sockaddr_storage address;
	socklen_t size;

	if (listener->in_accept) {
		act_refuse(server->report, "accept",
			"a thread sits in accept already");
	} else if (listener->fd < 0) {
		act_refuse(server->report, "accept", "nothing listens");
	} else if (!command->block) {
		int fd = listener_accept(
			listener, server->report, &address, &size, true);

		if (fd >= 0)
			begin_served(
				server, fd, (struct sockaddr *)&address, size);
	} else if (listener_block(listener, &server->serving.threads)) {
		report_note(server->report, 0, "a thread sits in accept");
	} else {
		act_failed(server->report, "accept", NULL, errno);
	}
}

void accepting_returned(
	struct server *server, const struct thread_result *result)
{
	int fd = listener_returned(&server->listener, server->report, result);

	if (fd >= 0)
		begin_served(server, fd, (struct sockaddr *)&result->address,
			result->address_bytes);
}
