/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tcp.h"

#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "lib/base/names.h"

enum tcp_state tcp_state(int fd)
{
	/* The state is the first byte; asking for no more is cheaper. */
	uint8_t state = 0;
	socklen_t size = sizeof(state);

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &state, &size))
		return STATE_GONE;
	return (enum tcp_state)state;
}

static size_t ask_bytes(int fd, unsigned long request)
{
	int bytes = 0;

	if (ioctl(fd, request, &bytes) || bytes < 0)
		return 0;
	return (size_t)bytes;
}

size_t tcp_unread_bytes(int fd)
{
	return ask_bytes(fd, SIOCINQ);
}

size_t tcp_unacknowledged_bytes(int fd)
{
	return ask_bytes(fd, SIOCOUTQ);
}

int tcp_take_error(int fd)
{
	int error = 0;
	socklen_t size = sizeof(error);

	getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
	return error;
}

/* Writes the names of poll(2)'s flags, "IN|OUT|RDHUP", or "nothing". */
static void describe_poll(int fd, char *out, size_t room)
{
	static const struct {
		short flag;
		const char *name;
	} flags[] = {
		{ POLLIN, "IN" },
		{ POLLOUT, "OUT" },
		{ POLLRDHUP, "RDHUP" },
		{ POLLHUP, "HUP" },
		{ POLLERR, "ERR" },
	};
	struct pollfd pollfd = { .fd = fd,
		.events = POLLIN | POLLOUT | POLLRDHUP };
	size_t used = 0;

	snprintf(out, room, "nothing");
	if (poll(&pollfd, 1, 0) < 0)
		return;
	for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++)
		if (pollfd.revents & flags[i].flag)
			used += (size_t)snprintf(out + used, room - used,
				used ? "|%s" : "%s", flags[i].name);
}

void tcp_describe(int fd, char *out)
{
	char polled[32];

	describe_poll(fd, polled, sizeof(polled));
	size_t unread = tcp_unread_bytes(fd);
	size_t unacknowledged = tcp_unacknowledged_bytes(fd);
	const char *state = state_name(tcp_state(fd));
	int error = tcp_take_error(fd);

	snprintf(out, TCP_DESCRIPTION_SIZE,
		"%s, unread %zu bytes, unacknowledged %zu bytes, poll %s, "
		"SO_ERROR %s",
		state, unread, unacknowledged, polled,
		error ? names_errno(error) : "0");
}
