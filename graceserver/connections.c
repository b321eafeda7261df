/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "connections.h"

#include <stdio.h>

#include "lib/net/net.h"
#include "lib/net/tcp.h"

void connections_add(struct connections *connections, struct served *served)
{
	served->previous = connections->last;
	if (connections->last)
		connections->last->next = served;
	else
		connections->first = served;
	connections->last = served;
	connections->count++;
}

void connections_remove(struct connections *connections, struct served *served)
{
	if (served->previous)
		served->previous->next = served->next;
	else
		connections->first = served->next;
	if (served->next)
		served->next->previous = served->previous;
	else
		connections->last = served->previous;
	connections->count--;
	served_free(served);
}

struct served *connections_find(
	const struct connections *connections, unsigned number)
{
	struct served *served = connections->first;

	while (served && served->conn.number != number)
		served = served->next;
	return served;
}

struct served *connections_target(const struct connections *connections)
{
	struct served *chosen = connections->chosen
		? connections_find(connections, connections->chosen)
		: NULL;

	return chosen ? chosen : connections->last;
}

void connections_list(
	const struct connections *connections, struct report *report)
{
	const struct served *served;

	if (!connections->first)
		report_answer(report, 0, "no connections");
	for (served = connections->first; served; served = served->next) {
		const struct conn *conn = &served->conn;
		char address[NET_ADDRESS_SIZE], who[UNIX_PEER_SIZE];
		char where[sizeof(address) + sizeof(who) + 16] = "closed, held";

		if (conn->fd >= 0) {
			struct sockaddr_storage peer = { 0 };
			socklen_t size = sizeof(peer);

			getpeername(conn->fd, (struct sockaddr *)&peer, &size);
			net_show((struct sockaddr *)&peer, size, address);
			snprintf(where, sizeof(where), "%s%s %s", address,
				unix_peer_text(conn->fd, who),
				state_name(tcp_state(conn->fd)));
		}
		report_answer(report, 0, "%s%u %s, owed %u",
			served == connections_target(connections) ? "-> " : "",
			conn->number, where, served_owed(served));
	}
}
