/* SPDX-License-Identifier: GPL-3.0-or-later */
/* netlink(7) messages there and back, whatever signals come meanwhile. */
#ifndef GRACELAB_NETLINK_H
#define GRACELAB_NETLINK_H

#include <libmnl/libmnl.h>
#include <sys/types.h>

/* Sends messages, `len` bytes in all; -1 with errno. */
ssize_t netlink_send(
	const struct mnl_socket *nl, const void *messages, size_t len);

/* Waits for one message of up to `size` bytes; its length, or -1 with errno. */
ssize_t netlink_receive(const struct mnl_socket *nl, void *buffer, size_t size);

#endif
