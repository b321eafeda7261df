/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sockets from addresses: listen, connect, and how an address is written. */
#ifndef GRACE_NET_H
#define GRACE_NET_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "resolve.h"
#include "sizes.h"
#include "unix.h"

/* A port to connect to or listen on; 0 to let the kernel choose. */
bool net_parse_port(const char *text, uint16_t *port);

/* Writes "127.0.0.1:43211", or "unix:PATH", to `out` (room for
 * NET_ADDRESS_SIZE). */
void net_format(
	const struct sockaddr *address, socklen_t address_bytes, char *out);

/* net_format() of getsockname(2) or, with `peer`, getpeername(2). */
void net_format_end(int fd, bool peer, char *out);

/* Makes plain IPv4 of an address that is IPv4 mapped into IPv6 (RFC 4291
 * section 2.5.5.2): the same kernel socket. */
void net_unmap(struct sockaddr_storage *address);

/*
 * Reads what net_format() writes into `*address`; after net_unmap(). False
 * for any other text.
 */
bool net_parse_end(const char *text, struct sockaddr_storage *address);

/*
 * net_format() for people: with GRACE_HIDE_PORTS in the environment the port is
 * `PORT`, so that what is printed is the same whichever port the kernel chose.
 */
void net_show(
	const struct sockaddr *address, socklen_t address_bytes, char *out);

struct net_listen_options {
	const char *host;       /* or `unix:PATH`, where nothing else counts: */
	struct unix_file *file; /* the file made there, for unix_remove() */
	uint16_t port;
	bool reuseaddr;
	int defer_accept_s; /* TCP_DEFER_ACCEPT, tcp(7); 0: off */
};

/*
 * A non-blocking listening socket with TCP_NODELAY, which accepted sockets
 * inherit; the first of the host's addresses that can be listened on. Returns
 * the descriptor, for the caller to close; or -1 with the message in
 * `error`, and errno (as resolve() where the host cannot be resolved).
 */
int net_listen(const struct net_listen_options *options, char *error);

/* True where the socket listens on an address that others can reach. */
bool net_listens_beyond_loopback(int fd);

struct net_connect_options {
	const char *host; /* or `unix:PATH`, which has neither of these: */
	const char *port;
	int family;          /* AF_UNSPEC, AF_INET, AF_INET6 */
	int64_t timeout_ms;  /* for each address; -1 leaves it to the kernel */
	struct slow slow;    /* told of what takes time */
	uint16_t local_port; /* bind(2) to it first; 0: the kernel's */
	/*
	 * Not NULL: begin with the first address and do not wait; true if
	 * connect(2) gave EINPROGRESS.
	 */
	bool *under_way;
};

/*
 * A connected, non-blocking socket with TCP_NODELAY to the first of the host's
 * addresses that answers; with `under_way` one whose connect(2) may be under
 * way. A signal that asks the process to end (signals_ending()) ends the
 * attempt, with EINTR, also while the name is looked up.
 * Returns the descriptor, for the caller to close; or -1 with the message in
 * `error`, and errno (0 where the host cannot be resolved).
 */
int net_connect(const struct net_connect_options *options, char *error);

#endif
