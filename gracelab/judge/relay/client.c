/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/net/port.h"

static void enter(struct play *play, int fd)
{
	play->port = port_of(fd, false);
	play->connecting = -1;
	party_enter(&play->client, fd, EVENT_CONNECT, play->begun_ns);
	/* At once: some proxies race with a FIN that comes soon. */
	party_act(&play->client);
}

static void connect_to(struct play *play, int fd,
	const struct sockaddr_storage *address, socklen_t bytes)
{
	play->queue_full = false;
	if (!connect(fd, (const struct sockaddr *)address, bytes)) {
		enter(play, fd);
		return;
	}
	play->queue_full = errno == EAGAIN && address->ss_family == AF_UNIX;
	if (errno == EINPROGRESS || play->queue_full) {
		play->connecting = fd;
		return;
	}
	play->client.error = errno;
	close(fd);
}

/* Where the play's client connects to. */
static socklen_t goal_of(const struct relay *relay, const struct play *play,
	struct sockaddr_storage *goal)
{
	socklen_t bytes = sizeof(*goal);

	if (play->way == RELAY_THROUGH) {
		*goal = relay->place.front;
		return relay->place.front_bytes;
	}
	if (relay->place.direct_bytes) {
		*goal = relay->place.direct;
		return relay->place.direct_bytes;
	}
	getsockname(relay->place.listeners[RELAY_DIRECT],
		(struct sockaddr *)goal, &bytes);
	return bytes;
}

void client_connect(struct relay *relay, struct play *play)
{
	struct sockaddr_storage goal = { 0 };
	socklen_t bytes = goal_of(relay, play, &goal);
	int one = 1;
	int fd = socket(
		goal.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0) {
		play->client.error = errno;
		return;
	}
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	connect_to(play, fd, &goal, bytes);
}

void client_again(struct relay *relay, struct play *play)
{
	struct sockaddr_storage goal = { 0 };
	socklen_t bytes = goal_of(relay, play, &goal);
	int fd = play->connecting;

	play->connecting = -1;
	connect_to(play, fd, &goal, bytes);
}

void client_finish(struct play *play)
{
	int error = 0;
	socklen_t bytes = sizeof(error);

	getsockopt(play->connecting, SOL_SOCKET, SO_ERROR, &error, &bytes);
	if (!error) {
		enter(play, play->connecting);
		return;
	}
	play->client.error = error;
	close(play->connecting);
	play->connecting = -1;
}
