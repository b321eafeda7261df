/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <poll.h>

#include "lib/net/tcp.h"
#include "order.h"

/* What poll(2) says: a pending error shows there, and is not taken by it. */
static short poll_flags(int fd)
{
	struct pollfd polled = { .fd = fd, .events = POLLIN | POLLRDHUP };

	return poll(&polled, 1, 0) > 0 ? polled.revents : 0;
}

static void write_peer(const struct peer *peer, FILE *out)
{
	const struct conn *conn = &peer->conn;
	int fd = peer_descriptor(peer);

	fprintf(out, "%zu %d%d%d%d%d%d%d%d %zu %zu %zu %d", peer->next,
		peer->dead, peer->read_over, peer->eof, conn->fd >= 0,
		conn->hold != NULL, conn->shut_rd, conn->shut_wr, conn->more,
		peer->owed, peer->sent, peer->received,
		peer->ended ? (int)peer->farewell : -1);
	if (fd >= 0)
		fprintf(out, " %s %s %zu %zu %hd", state_name(tcp_state(fd)),
			state_name(peer->left_state), tcp_unread_bytes(fd),
			conn->queue.waiting_bytes, poll_flags(fd));
	fputc('\n', out);
}

void order_state(struct order *order, FILE *out)
{
	struct ground *ground = order->ground;

	fprintf(out, "%d %u\n", order->told, order->losses_left);
	write_peer(&order->peers[CLIENT], out);
	write_peer(&order->peers[SERVER], out);
	if (ground->kind->state)
		ground->kind->state(ground, out);
}
