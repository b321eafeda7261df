/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/duration.h"
#include "lib/base/io.h"
#include "lib/base/names.h"
#include "lib/base/signals.h"
#include "resolve.h"

bool net_parse_port(const char *text, uint16_t *port)
{
	char *end;

	if (text[0] < '0' || text[0] > '9')
		return false;
	unsigned long value = strtoul(text, &end, 10);

	if (*end || value > UINT16_MAX)
		return false;
	*port = (uint16_t)value;
	return true;
}

void net_format(
	const struct sockaddr *address, socklen_t address_bytes, char *out)
{
	char host[NET_ADDRESS_SIZE - 16], port[8];

	if (address->sa_family == AF_UNIX)
		unix_format(address, address_bytes, out);
	else if (getnameinfo(address, address_bytes, host, sizeof(host), port,
			 sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV))
		snprintf(out, NET_ADDRESS_SIZE, "?");
	else
		snprintf(out, NET_ADDRESS_SIZE,
			address->sa_family == AF_INET6 ? "[%s]:%s" : "%s:%s",
			host, port);
}

void net_show(
	const struct sockaddr *address, socklen_t address_bytes, char *out)
{
	net_format(address, address_bytes, out);
	char *port = strrchr(out, ':');

	if (port && address->sa_family != AF_UNIX && getenv("GRACE_HIDE_PORTS"))
		strcpy(port, ":PORT");
}

void net_format_end(int fd, bool peer, char *out)
{
	struct sockaddr_storage address;
	socklen_t size = sizeof(address);
	int (*name)(int, struct sockaddr *, socklen_t *) =
		peer ? getpeername : getsockname;

	if (name(fd, (struct sockaddr *)&address, &size))
		snprintf(out, NET_ADDRESS_SIZE, "?");
	else
		net_format((struct sockaddr *)&address, size, out);
}

void net_unmap(struct sockaddr_storage *address)
{
	struct sockaddr_in6 in6;
	struct sockaddr_in in = { .sin_family = AF_INET };

	memcpy(&in6, address, sizeof(in6));
	if (address->ss_family != AF_INET6 ||
		!IN6_IS_ADDR_V4MAPPED(&in6.sin6_addr))
		return;
	in.sin_port = in6.sin6_port;
	memcpy(&in.sin_addr, &in6.sin6_addr.s6_addr[12], sizeof(in.sin_addr));
	memset(address, 0, sizeof(*address));
	memcpy(address, &in, sizeof(in));
}

bool net_parse_end(const char *text, struct sockaddr_storage *address)
{
	static const struct addrinfo hints = {
		.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
	};
	const char *colon = strrchr(text, ':');
	struct addrinfo *list = NULL;
	char host[NET_ADDRESS_SIZE];
	uint16_t port;
	bool is_ipv6 = text[0] == '[';
	size_t len = colon ? (size_t)(colon - text) : 0;

	if (!colon || !net_parse_port(colon + 1, &port) ||
		len >= sizeof(host) || len < 3 ||
		(is_ipv6 && text[len - 1] != ']'))
		return false;
	snprintf(host, sizeof(host), "%.*s", (int)(is_ipv6 ? len - 2 : len),
		text + is_ipv6);
	if (getaddrinfo(host, colon + 1, &hints, &list))
		return false;
	memset(address, 0, sizeof(*address));
	memcpy(address, list->ai_addr, list->ai_addrlen);
	freeaddrinfo(list);
	net_unmap(address);
	return true;
}

static void set_option(int fd, int level, int option)
{
	static const int on = 1;

	setsockopt(fd, level, option, &on, sizeof(on));
}

static int new_socket(const struct addrinfo *address)
{
	int fd = socket(address->ai_family,
		SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd >= 0)
		set_option(fd, IPPROTO_TCP, TCP_NODELAY);
	return fd;
}

static int listen_on(const struct addrinfo *address,
	const struct net_listen_options *options)
{
	int fd = new_socket(address);

	if (fd < 0)
		return -1;
	if (options->reuseaddr)
		set_option(fd, SOL_SOCKET, SO_REUSEADDR);
	if (options->defer_accept_s)
		setsockopt(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT,
			&options->defer_accept_s,
			sizeof(options->defer_accept_s));
	if (bind(fd, address->ai_addr, address->ai_addrlen) ||
		listen(fd, SOMAXCONN)) {
		io_close(fd);
		return -1;
	}
	return fd;
}

/* Writes "cannot VERB ADDRESS: ERRNO (message)". */
static void say_failure(
	const char *verb, const struct addrinfo *address, char *error)
{
	char where[NET_ADDRESS_SIZE], why[NAMES_DESCRIPTION_SIZE];
	int number = errno;

	names_describe(why, number);
	net_show(address->ai_addr, address->ai_addrlen, where);
	snprintf(error, NET_ERROR_SIZE, "cannot %s %s: %s", verb, where, why);
	errno = number;
}

int net_listen(const struct net_listen_options *options, char *error)
{
	char port[8];

	if (unix_is(options->host))
		return unix_listen(options->host, options->file, error);
	snprintf(port, sizeof(port), "%u", options->port);
	struct addrinfo *list = resolve(
		options->host, port, AF_UNSPEC, AI_PASSIVE, NULL, error);
	int fd = -1;

	for (struct addrinfo *a = list; a && fd < 0; a = a->ai_next) {
		fd = listen_on(a, options);
		if (fd < 0)
			say_failure("listen on", a, error);
	}
	resolve_free(list);
	return fd;
}

bool net_listens_beyond_loopback(int fd)
{
	union {
		struct sockaddr any;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
	} address = { 0 };
	socklen_t size = sizeof(address);

	if (getsockname(fd, &address.any, &size) ||
		address.any.sa_family == AF_UNIX)
		return false;
	if (address.any.sa_family == AF_INET)
		return ntohl(address.in.sin_addr.s_addr) >> 24 !=
			IN_LOOPBACKNET;
	if (IN6_IS_ADDR_V4MAPPED(&address.in6.sin6_addr))
		return address.in6.sin6_addr.s6_addr[12] != IN_LOOPBACKNET;
	return !IN6_IS_ADDR_LOOPBACK(&address.in6.sin6_addr);
}

/* Says that the connection is being waited for, if it is time to say so. */
static int64_t say_slow(const struct net_connect_options *options,
	const struct addrinfo *address, int64_t since_ms)
{
	char where[NET_ADDRESS_SIZE], what[NET_ADDRESS_SIZE + 32];

	if (duration_now_ms() < since_ms + SLOW_AFTER_MS)
		return since_ms + SLOW_AFTER_MS;
	net_show(address->ai_addr, address->ai_addrlen, where);
	snprintf(what, sizeof(what), "connecting to %s", where);
	options->slow.call(options->slow.context, what);
	return -1;
}

/*
 * Waits for a connect(2) under way. Returns 0, or -1 with errno: ETIMEDOUT, or
 * EINTR if the process was asked to end.
 */
static int await_connected(int fd, const struct addrinfo *address,
	const struct net_connect_options *options)
{
	struct pollfd pollfd = { .fd = fd, .events = POLLOUT };
	int64_t since_ms = duration_now_ms();
	int64_t slow_ms = options->slow.call ? since_ms : -1;
	int64_t deadline_ms = options->timeout_ms < 0
		? -1
		: duration_deadline_ms(options->timeout_ms);

	for (;;) {
		if (slow_ms >= 0)
			slow_ms = say_slow(options, address, since_ms);
		int64_t due_ms = duration_earlier_ms(deadline_ms, slow_ms);
		int64_t left_ms = due_ms - duration_now_ms();

		if (left_ms < 0)
			left_ms = 0;
		struct timespec left = { left_ms / 1000,
			left_ms % 1000 * 1000000 };
		int ready = ppoll(&pollfd, 1, due_ms < 0 ? NULL : &left,
			signals_wait_mask());

		if (ready > 0)
			break;
		if (ready < 0 && errno != EINTR)
			return -1;
		if (signals_ending()) {
			errno = EINTR;
			return -1;
		}
		if (deadline_ms >= 0 && duration_now_ms() >= deadline_ms) {
			errno = ETIMEDOUT;
			return -1;
		}
	}
	int error = 0;
	socklen_t size = sizeof(error);

	getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
	errno = error;
	return error ? -1 : 0;
}

/* SO_REUSEADDR, so that a TIME_WAIT of that port does not stand in the way. */
static int bind_port(int fd, int family, uint16_t port)
{
	union {
		struct sockaddr any;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
	} address = { .any.sa_family = (sa_family_t)family };

	if (family == AF_INET6)
		address.in6.sin6_port = htons(port);
	else
		address.in.sin_port = htons(port);
	set_option(fd, SOL_SOCKET, SO_REUSEADDR);
	return bind(fd, &address.any,
		family == AF_INET6 ? sizeof(address.in6) : sizeof(address.in));
}

static int connect_to(const struct addrinfo *address,
	const struct net_connect_options *options)
{
	if (address->ai_family == AF_UNIX)
		return unix_connect(
			address, options->under_way ? 0 : options->timeout_ms);
	int fd = new_socket(address);

	if (fd < 0)
		return -1;
	int failed = options->local_port
		? bind_port(fd, address->ai_family, options->local_port)
		: 0;

	if (failed) {
		io_close(fd);
		return -1;
	}
	if (options->under_way)
		*options->under_way = false;
	do
		failed = connect(fd, address->ai_addr, address->ai_addrlen);
	while (failed && errno == EINTR);
	if (failed && errno == EINPROGRESS && options->under_way) {
		*options->under_way = true;
		return fd;
	}
	/* A second call, behind an interrupted one, may find these. */
	if (!failed || errno == EISCONN ||
		((errno == EINPROGRESS || errno == EALREADY) &&
			!await_connected(fd, address, options)))
		return fd;
	io_close(fd);
	return -1;
}

int net_connect(const struct net_connect_options *options, char *error)
{
	struct addrinfo *list = resolve(options->host, options->port,
		options->family, 0, &options->slow, error);
	int fd = -1;

	for (struct addrinfo *a = list; a && fd < 0; a = a->ai_next) {
		fd = connect_to(a, options);
		if (fd < 0)
			say_failure("connect to", a, error);
		if (fd < 0 && (options->under_way || signals_ending()))
			break;
	}
	resolve_free(list);
	return fd;
}
