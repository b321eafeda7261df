/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "netlink.h"

#include <errno.h>

ssize_t netlink_send(
	const struct mnl_socket *nl, const void *messages, size_t len)
{
	ssize_t n;

	do
		n = mnl_socket_sendto(nl, messages, len);
	while (n < 0 && errno == EINTR);
	return n;
}

ssize_t netlink_receive(const struct mnl_socket *nl, void *buffer, size_t size)
{
	ssize_t n;

	do
		n = mnl_socket_recvfrom(nl, buffer, size);
	while (n < 0 && errno == EINTR);
	return n;
}
