/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "order.h"

#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "lib/net/tcp.h"

static const char *const names[] = {
	[ORDER_CLIENT_LINE] = "client line",
	[ORDER_SERVER_LINE] = "server line",
	[ORDER_CLIENT_SEGMENT] = "client segment",
	[ORDER_SERVER_SEGMENT] = "server segment",
	[ORDER_CLIENT_LOSS] = "client loss",
	[ORDER_SERVER_LOSS] = "server loss",
	[ORDER_CLIENT_READ] = "client read",
	[ORDER_ANSWER] = "answer",
	[ORDER_SERVER_READ] = "server read",
	[ORDER_CLIENT_CALL] = "client call",
	[ORDER_SERVER_CALL] = "server call",
};

const char *order_move_name(enum order_move move)
{
	return names[move];
}

bool order_move_named(const char *name, size_t len, enum order_move *move)
{
	for (int i = 0; i < ORDER_MOVES; i++) {
		if (strlen(names[i]) != len || memcmp(names[i], name, len) != 0)
			continue;
		*move = (enum order_move)i;
		return true;
	}
	return false;
}

static void on_event(struct peer *peer, const struct event *event)
{
	struct order *order = peer->owner;

	order->on_event(order->context, peer->side, event);
}

bool order_init(struct order *order, const struct script *script,
	struct ground *ground, unsigned losses)
{
	bool good = true;

	*order = (struct order){
		.script = script, .ground = ground, .losses = losses
	};
	for (enum side side = CLIENT; side <= SERVER; side++) {
		struct peer *peer = &order->peers[side];

		good = peer_init(peer, script, side, &order->told) && good;
		peer->owner = order;
	}
	return good;
}

void order_free(struct order *order)
{
	peer_free(&order->peers[CLIENT]);
	peer_free(&order->peers[SERVER]);
}

bool order_begin(struct order *order)
{
	struct ground *ground = order->ground;
	int fds[SIDES];

	order->told = TOLD_NOBODY;
	order->losses_left = order->losses;
	for (enum side side = CLIENT; side <= SERVER; side++)
		order->peers[side].on_event = order->on_event ? on_event : NULL;
	if (!ground->kind->connect(ground, fds))
		return false;
	peer_begin(&order->peers[CLIENT], fds[CLIENT]);
	peer_begin(&order->peers[SERVER], fds[SERVER]);
	return ground->kind->rest(ground, order->peers);
}

/* The reads that are possible: what poll(2) calls readable. */
static uint16_t readable(const struct peer peers[SIDES])
{
	static const enum order_move reads[SIDES] = { ORDER_CLIENT_READ,
		ORDER_SERVER_READ };
	struct pollfd polled[SIDES];
	uint16_t moves = 0;

	for (enum side side = CLIENT; side <= SERVER; side++)
		polled[side] = (struct pollfd){
			.fd = peer_reads(&peers[side]) ? peers[side].conn.fd
						       : -1,
			.events = POLLIN,
		};
	if (poll(polled, SIDES, 0) <= 0)
		return 0;
	for (enum side side = CLIENT; side <= SERVER; side++)
		if (polled[side].revents)
			moves |= (uint16_t)(1u << reads[side]);
	return moves;
}

/* The moves of the wire that are possible. */
static uint16_t passable(const struct order *order)
{
	static const enum order_move arrivals[SIDES] = { ORDER_CLIENT_SEGMENT,
		ORDER_SERVER_SEGMENT };
	static const enum order_move losses[SIDES] = { ORDER_CLIENT_LOSS,
		ORDER_SERVER_LOSS };
	const struct ground_kind *kind = order->ground->kind;
	uint16_t moves = 0;

	for (enum side side = CLIENT; kind->waits && side <= SERVER; side++) {
		if (!kind->waits(order->ground, side))
			continue;
		moves |= (uint16_t)(1u << arrivals[side]);
		if (order->losses_left)
			moves |= (uint16_t)(1u << losses[side]);
	}
	return moves;
}

bool order_moves(struct order *order, uint16_t *moves)
{
	struct ground *ground = order->ground;
	const struct peer *peers = order->peers;
	bool came;

	do {
		came = false;
		*moves = (uint16_t)(readable(peers) | passable(order));
		if (peer_has_line(&peers[CLIENT]))
			*moves |= 1u << ORDER_CLIENT_LINE;
		if (peer_has_line(&peers[SERVER]))
			*moves |= 1u << ORDER_SERVER_LINE;
		if (peer_owes(&peers[SERVER]))
			*moves |= 1u << ORDER_ANSWER;
		if (!*moves && order->losses_left < order->losses &&
			!ground->kind->await(ground, &came))
			return false;
	} while (came);
	return true;
}

/* Which error a socket gets with a RST depends on where it was before. */
static void note_state(struct peer *peer)
{
	int fd = peer_descriptor(peer);
	enum tcp_state state = fd < 0 ? STATE_CLOSE : tcp_state(fd);

	if (state != STATE_CLOSE)
		peer->left_state = state;
}

bool order_make(struct order *order, enum order_move move)
{
	struct ground *ground = order->ground;
	struct peer *peers = order->peers;
	bool good = true;

	switch (move) {
	case ORDER_CLIENT_LINE:
		peer_line(&peers[CLIENT]);
		break;
	case ORDER_SERVER_LINE:
		peer_line(&peers[SERVER]);
		break;
	case ORDER_CLIENT_SEGMENT:
		good = ground->kind->pass(ground, CLIENT);
		break;
	case ORDER_SERVER_SEGMENT:
		good = ground->kind->pass(ground, SERVER);
		break;
	case ORDER_CLIENT_LOSS:
	case ORDER_SERVER_LOSS:
		order->losses_left--;
		good = ground->kind->lose(
			ground, move == ORDER_CLIENT_LOSS ? CLIENT : SERVER);
		break;
	case ORDER_CLIENT_READ:
		peer_read(&peers[CLIENT]);
		break;
	case ORDER_ANSWER:
		peer_answer(&peers[SERVER]);
		break;
	case ORDER_SERVER_READ:
		peer_read(&peers[SERVER]);
		break;
	case ORDER_CLIENT_CALL:
	case ORDER_SERVER_CALL:
		return ground_fail(
			ground, "a program's own calls are not made here");
	}
	if (!good || !ground->kind->rest(ground, peers))
		return false;
	if (order->keeps_states) {
		note_state(&peers[CLIENT]);
		note_state(&peers[SERVER]);
	}
	return true;
}

struct ending order_ending(const struct order *order)
{
	const struct peer *client = &order->peers[CLIENT];
	const struct peer *server = &order->peers[SERVER];

	return (struct ending){
		.lost[CLIENT] = client->sent > server->received,
		.lost[SERVER] = server->sent > client->received,
		.told = order->told,
	};
}

void order_end(struct order *order)
{
	peer_end(&order->peers[CLIENT]);
	peer_end(&order->peers[SERVER]);
}
