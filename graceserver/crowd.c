/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "crowd.h"

#include <stdio.h>

#include "lib/net.h"
#include "lib/tcp.h"

void crowd_add(struct crowd *crowd, struct served *served)
{
	served->previous = crowd->last;
	if (crowd->last)
		crowd->last->next = served;
	else
		crowd->first = served;
	crowd->last = served;
	crowd->count++;
}

void crowd_remove(struct crowd *crowd, struct served *served)
{
	if (served->previous)
		served->previous->next = served->next;
	else
		crowd->first = served->next;
	if (served->next)
		served->next->previous = served->previous;
	else
		crowd->last = served->previous;
	crowd->count--;
	served_free(served);
}

struct served *crowd_find(const struct crowd *crowd, unsigned number)
{
	struct served *served = crowd->first;

	while (served && served->conn.number != number)
		served = served->next;
	return served;
}

struct served *crowd_target(const struct crowd *crowd)
{
	struct served *chosen =
		crowd->chosen ? crowd_find(crowd, crowd->chosen) : NULL;

	return chosen ? chosen : crowd->last;
}

void crowd_list(const struct crowd *crowd, struct report *report)
{
	const struct served *served;

	if (!crowd->first)
		report_answer(report, 0, "no connections");
	for (served = crowd->first; served; served = served->next) {
		const struct conn *conn = &served->conn;
		char address[NET_ADDRESS_SIZE];
		char where[sizeof(address) + 16] = "closed, held";

		if (conn->fd >= 0) {
			net_format_end(conn->fd, true, address);
			snprintf(where, sizeof(where), "%s %s", address,
				tcp_state(conn->fd));
		}
		report_answer(report, 0, "%s%u %s, owed %u",
			served == crowd_target(crowd) ? "-> " : "",
			conn->number, where, served_owed(served));
	}
}
