/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "port.h"

#include <netinet/in.h>
#include <string.h>

uint16_t port_at(const struct sockaddr_storage *address)
{
	struct sockaddr_in in;

	if (address->ss_family == AF_UNIX)
		return 0;
	/* It stands where sockaddr_in6 has it too. */
	memcpy(&in, address, sizeof(in));
	return ntohs(in.sin_port);
}

uint16_t port_of(int fd, bool peer)
{
	struct sockaddr_storage address;
	socklen_t size = sizeof(address);
	int (*name)(int, struct sockaddr *, socklen_t *) =
		peer ? getpeername : getsockname;

	return name(fd, (struct sockaddr *)&address, &size) ? 0
							    : port_at(&address);
}
