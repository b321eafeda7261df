/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

static void enter(struct play *play, int fd)
{
	struct sockaddr_storage address = { 0 };
	socklen_t bytes = sizeof(address);

	/* Port and place are the same in both families. */
	/* It is begun as zero. NOLINTBEGIN(clang-analyzer-core.CallAndMessage)
	 */
	if (!getsockname(fd, (struct sockaddr *)&address, &bytes))
		play->port = ntohs(
			((struct sockaddr_in *)(void *)&address)->sin_port);
	/* NOLINTEND(clang-analyzer-core.CallAndMessage) */
	play->connecting = -1;
	party_enter(&play->client, fd, EVENT_CONNECT, play->begun_ns);
	/* At once: some proxies race with a FIN that comes soon. */
	party_act(&play->client);
}

void client_connect(struct relay *relay, struct play *play)
{
	const struct relay_place *place = &relay->place;
	struct sockaddr_in direct = {
		.sin_family = AF_INET,
		.sin_port = htons(place->ports[RELAY_DIRECT]),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	bool through = play->way == RELAY_THROUGH;
	const void *address = through ? (const void *)&place->front : &direct;
	socklen_t bytes = through ? place->front_bytes : sizeof(direct);
	int one = 1;
	int fd = socket(((const struct sockaddr *)address)->sa_family,
		SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd >= 0) {
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		if (!connect(fd, address, bytes)) {
			enter(play, fd);
			return;
		}
		if (errno == EINPROGRESS) {
			play->connecting = fd;
			return;
		}
		play->client.error = errno;
		close(fd);
		return;
	}
	play->client.error = errno;
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
