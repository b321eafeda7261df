/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ports of addresses, in the host's order; 0 of a UNIX socket's. */
#ifndef GRACE_PORT_H
#define GRACE_PORT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

uint16_t port_at(const struct sockaddr_storage *address);

/* Of getsockname(2) or, with `peer`, getpeername(2); 0 if they do not tell. */
uint16_t port_of(int fd, bool peer);

#endif
