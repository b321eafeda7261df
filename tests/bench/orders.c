/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every order of N messages and shutdown(SHUT_WR), as `gracelab explore` plays
 * them, by bare sockets: no commands, no events, no look whether the network is
 * at rest. `orders N LIMIT` prints how many orders it played and the seconds.
 */
#include <netinet/tcp.h>
#include <poll.h>

#include "bare.h"

enum { LINE, CLIENT_READ, ANSWER, SERVER_READ, MOVES };
enum { CLIENT, SERVER };

#define DEPTH_MAX 256

struct order {
	int fds[2];
	int lines, owed;
	int over[2]; /* EOF or an error was read */
};

static unsigned moves_of(const struct order *order, int lines)
{
	struct pollfd polled[2] = {
		{ .fd = order->over[CLIENT] ? -1 : order->fds[CLIENT],
			.events = POLLIN },
		{ .fd = order->over[SERVER] || order->owed ? -1
							   : order->fds[SERVER],
			.events = POLLIN },
	};

	poll(polled, 2, 0);
	unsigned moves = order->lines < lines ? 1u << LINE : 0;

	if (polled[CLIENT].revents)
		moves |= 1u << CLIENT_READ;
	if (order->owed)
		moves |= 1u << ANSWER;
	if (polled[SERVER].revents)
		moves |= 1u << SERVER_READ;
	return moves;
}

static void read_once(struct order *order, int side)
{
	char buffer[65536];
	ssize_t n = recv(order->fds[side], buffer, sizeof(buffer), 0);

	order->over[side] = n <= 0;
	if (side == SERVER && n > 0)
		order->owed = (int)n;
	if (side == SERVER && n <= 0) {
		close(order->fds[SERVER]);
		order->fds[SERVER] = -1;
	}
}

static void make(struct order *order, int lines, int move)
{
	static const char answer[64 * 1024];

	switch (move) {
	case LINE:
		if (++order->lines == lines)
			shutdown(order->fds[CLIENT], SHUT_WR);
		else
			send(order->fds[CLIENT], "data1", 5, MSG_NOSIGNAL);
		break;
	case ANSWER:
		send(order->fds[SERVER], answer, 4 + (size_t)order->owed,
			MSG_NOSIGNAL);
		order->owed = 0;
		break;
	case CLIENT_READ:
		read_once(order, CLIENT);
		break;
	case SERVER_READ:
		read_once(order, SERVER);
		break;
	}
}

static struct order begin(int listener, const struct sockaddr_in *address)
{
	struct order order = { .fds = { socket(AF_INET, SOCK_STREAM, 0) } };
	const int on = 1;

	if (connect(order.fds[CLIENT], (const struct sockaddr *)address,
		    sizeof(*address)))
		err(1, "connect");
	order.fds[SERVER] = accept(listener, NULL, NULL);
	for (int side = CLIENT; side <= SERVER; side++)
		setsockopt(order.fds[side], IPPROTO_TCP, TCP_NODELAY, &on,
			sizeof(on));
	return order;
}

static void end(struct order *order)
{
	const struct linger at_once = { .l_onoff = 1 };

	for (int side = CLIENT; side <= SERVER; side++) {
		if (order->fds[side] < 0)
			continue;
		setsockopt(order->fds[side], SOL_SOCKET, SO_LINGER, &at_once,
			sizeof(at_once));
		close(order->fds[side]);
	}
}

int main(int argc, char **argv)
{
	int lines = argc > 1 ? atoi(argv[1]) + 1 : 3;
	long limit = argc > 2 ? atol(argv[2]) : 100000, played = 0;
	unsigned possible[DEPTH_MAX];
	int made[DEPTH_MAX], depth = 0;
	int listener = bare_listen();
	struct sockaddr_in address;
	socklen_t size = sizeof(address);
	double began = bare_now_s();

	getsockname(listener, (struct sockaddr *)&address, &size);
	while (depth >= 0 && played < limit) {
		struct order order = begin(listener, &address);
		unsigned moves;

		for (int i = 0; (moves = moves_of(&order, lines)); i++) {
			if (i == depth) {
				possible[depth] = moves;
				made[depth++] = __builtin_ctz(moves);
			}
			make(&order, lines, made[i]);
		}
		end(&order);
		played++;
		/* The deepest choice that can be made otherwise. */
		for (depth--; depth >= 0; depth--) {
			unsigned others = possible[depth] >> (made[depth] + 1);

			if (!others)
				continue;
			made[depth] += 1 + __builtin_ctz(others);
			break;
		}
		depth++;
		if (!depth)
			break;
	}
	printf("%ld orders in %.6f s\n", played, bare_now_s() - began);
	return 0;
}
