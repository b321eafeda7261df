/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reference: an epoll(7) echo server. It reads no more of a connection while
 * the kernel does not take what it has to send back.
 */
#include <sys/epoll.h>

#include "bare.h"

#define EVENTS_A_TURN 256

struct peer {
	int fd;
	size_t start, end; /* of what waits in `rest` */
	char *rest;        /* NULL: nothing waits */
};

static char buffer[BARE_BUFFER_BYTES];

static void watch(int epoll, int change, struct peer *peer, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.ptr = peer };

	if (epoll_ctl(epoll, change, peer->fd, &event))
		err(1, "epoll_ctl");
}

static void end(struct peer *peer)
{
	close(peer->fd);
	free(peer->rest);
	free(peer);
}

static void on_readable(int epoll, struct peer *peer)
{
	ssize_t n = recv(peer->fd, buffer, sizeof(buffer), 0);

	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0) {
		end(peer);
		return;
	}
	ssize_t sent = send(peer->fd, buffer, (size_t)n, MSG_NOSIGNAL);

	if (sent == n)
		return;
	if (sent < 0 && errno != EAGAIN) {
		end(peer);
		return;
	}
	peer->start = 0;
	peer->end = (size_t)(n - (sent > 0 ? sent : 0));
	peer->rest = malloc(peer->end);
	if (!peer->rest)
		err(1, "malloc");
	memcpy(peer->rest, buffer + (sent > 0 ? sent : 0), peer->end);
	watch(epoll, EPOLL_CTL_MOD, peer, EPOLLOUT);
}

static void on_writable(int epoll, struct peer *peer)
{
	ssize_t n = send(peer->fd, peer->rest + peer->start,
		peer->end - peer->start, MSG_NOSIGNAL);

	if (n < 0 && errno == EAGAIN)
		return;
	if (n < 0) {
		end(peer);
		return;
	}
	peer->start += (size_t)n;
	if (peer->start < peer->end)
		return;
	free(peer->rest);
	peer->rest = NULL;
	watch(epoll, EPOLL_CTL_MOD, peer, EPOLLIN);
}

static void on_connection(int epoll, int listener)
{
	int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);

	if (fd < 0)
		return;
	struct peer *peer = calloc(1, sizeof(*peer));

	if (!peer)
		err(1, "calloc");
	peer->fd = fd;
	watch(epoll, EPOLL_CTL_ADD, peer, EPOLLIN);
	/* The kernel keeps the pointer. */
} /* NOLINT(clang-analyzer-unix.Malloc) */

int main(void)
{
	struct peer listener = { .fd = bare_listen() };
	int epoll = epoll_create1(0);

	watch(epoll, EPOLL_CTL_ADD, &listener, EPOLLIN);
	for (;;) {
		struct epoll_event events[EVENTS_A_TURN];
		int count = epoll_wait(epoll, events, EVENTS_A_TURN, -1);

		for (int i = 0; i < count; i++) {
			struct peer *peer = events[i].data.ptr;

			if (peer == &listener)
				on_connection(epoll, listener.fd);
			else if (peer->rest)
				on_writable(epoll, peer);
			else
				on_readable(epoll, peer);
		}
	}
}
