/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What became of what a client was sent, as the kernel knows it. */
#include <linux/sockios.h>
#include <sys/ioctl.h>

#include "lib/base/duration.h"
#include "lib/net/tcp.h"
#include "lib/net/unix_state.h"
#include "visit_inside.h"

/*
 * Whether the client's socket was closed in order, which means that all was
 * read that had come; an ACK that was still delayed never leaves then.
 */
static bool is_closed_in_order(
	const struct visit *visit, const struct kernel_socket *client)
{
	int unsent = 1;

	return !client->inode &&
		(client->state == STATE_FIN_WAIT2 ||
			client->state == STATE_TIME_WAIT) &&
		!ioctl(visit->conn.fd, SIOCOUTQNSD, &unsent) && !unsent;
}

/* Who closes with something unread sends RST (RFC 1122 section 4.2.2.13). */
static enum visit_fate tcp_fate(
	const struct visit *visit, struct kernel *kernel)
{
	struct kernel_socket client = { 0 }, server = { 0 };

	/* It was reset, though nobody has read that. */
	if (!visit->shut && tcp_state(visit->conn.fd) == STATE_CLOSE)
		return FATE_REFUSED;
	if (!kernel || kernel_look(kernel, &visit->pair, &client, &server))
		return FATE_OPEN;
	if (client.unread_bytes || client.state == STATE_GONE)
		return FATE_OPEN;
	return server.unacked_bytes && !is_closed_in_order(visit, &client)
		? FATE_OPEN
		: FATE_TAKEN;
}

/* Who closes with something unread leaves ECONNRESET, unix(7). */
static enum visit_fate unix_fate(const struct visit *visit)
{
	struct unix_facts facts;

	if (!unix_ask(visit->conn.fd, &facts))
		return FATE_OPEN;
	if (facts.peer)
		return facts.peer_unread_known && !facts.peer_unread_bytes
			? FATE_TAKEN
			: FATE_OPEN;
	/* While we read still, recv(2) will tell. */
	if (visit->conn.receiving == RECEIVING_OPEN)
		return FATE_OPEN;
	return tcp_take_error(visit->conn.fd) ? FATE_REFUSED : FATE_TAKEN;
}

enum visit_fate visit_fate_of(const struct visit *visit, struct kernel *kernel)
{
	if (visit->conn.fd < 0 || visit->conn.broken || visit->reset ||
		visit->conn.receiving == RECEIVING_RESET)
		return FATE_REFUSED;
	enum visit_fate fate = visit->way->is_unix ? unix_fate(visit)
						   : tcp_fate(visit, kernel);

	return fate == FATE_TAKEN && visit_is_blocked(visit) ? FATE_OPEN : fate;
}

static bool is_orphaned(const struct visit *visit, struct kernel *kernel)
{
	struct kernel_socket client = { 0 }, server = { 0 };
	struct unix_facts facts;

	if (visit->way->is_unix)
		return visit->conn.fd >= 0 &&
			unix_ask(visit->conn.fd, &facts) && !facts.peer;
	return kernel && !kernel_look(kernel, &visit->pair, &client, &server) &&
		!client.inode;
}

void visit_look_at_socket(struct visit *visit, struct kernel *kernel)
{
	if (visit->connections && visit->orphaned_s <= 0 && visit->fin &&
		visit->fin != MOMENT_LAST && is_orphaned(visit, kernel))
		visit->orphaned_s = duration_now_s();
}
