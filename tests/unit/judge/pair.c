/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pair.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

bool pair_make(int fds[2], bool little)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int bytes = 1, on = 1;
	socklen_t size = sizeof(address);

	fds[0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	fds[1] = -1;
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (little) {
		setsockopt(
			fds[0], SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
		setsockopt(
			listener, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
	}
	if (!bind(listener, (void *)&address, size) && !listen(listener, 1) &&
		!getsockname(listener, (void *)&address, &size) &&
		!connect(fds[0], (void *)&address, size))
		fds[1] = accept(listener, NULL, NULL);
	close(listener);
	for (int i = 0; i < 2; i++) {
		setsockopt(fds[i], IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		fcntl(fds[i], F_SETFL, O_NONBLOCK);
	}
	return fds[1] >= 0;
}
