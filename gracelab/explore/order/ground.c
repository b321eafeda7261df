/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ground.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/base/names.h"

bool ground_fail(struct ground *ground, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(ground->why, sizeof(ground->why), format, arguments);
	va_end(arguments);
	return false;
}

static bool fail_call(struct ground *ground, const char *call)
{
	char why[NAMES_DESCRIPTION_SIZE];

	return ground_fail(ground, "%s: %s", call, names_describe(why, errno));
}

/* Waits for an event on a descriptor; true at once if it is there. */
static bool await(int fd, short event)
{
	struct pollfd polled = { .fd = fd, .events = event };

	return poll(&polled, 1, GROUND_PATIENCE_MS) == 1;
}

bool ground_handshake(struct ground *ground, int listener, int client,
	const struct sockaddr_storage *address, int *accepted,
	bool (*pump)(struct ground *ground))
{
	const int on = 1;
	int error = 0;
	socklen_t size = sizeof(error);

	setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (connect(client, (const struct sockaddr *)address,
		    sizeof(struct sockaddr_in)) &&
		errno != EINPROGRESS)
		return fail_call(ground, "connect");
	if (pump && !pump(ground))
		return false;
	errno = ETIMEDOUT;
	if (!await(client, POLLOUT))
		return fail_call(ground, "connect");
	getsockopt(client, SOL_SOCKET, SO_ERROR, &error, &size);
	errno = error;
	if (error)
		return fail_call(ground, "connect");
	await(listener, POLLIN);
	*accepted = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (*accepted < 0)
		return fail_call(ground, "accept");
	setsockopt(*accepted, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	return true;
}
