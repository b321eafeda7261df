/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "socket.h"

#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gracelab/trace/peek.h"
#include "lib/net/net.h"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

static struct trace_socket **place_of(struct sockets *sockets, uint64_t inode)
{
	struct trace_socket **at = &sockets->buckets[inode % SOCKET_BUCKETS];

	while (*at && (*at)->inode != inode)
		at = &(*at)->next;
	return at;
}

struct trace_socket *sockets_find(struct sockets *sockets, uint64_t inode)
{
	return *place_of(sockets, inode);
}

struct trace_socket *sockets_add(struct sockets *sockets, uint64_t inode)
{
	struct trace_socket **at = place_of(sockets, inode);

	struct trace_socket *socket = *at;

	if (socket)
		return socket;
	socket = calloc(1, sizeof(*socket));
	if (!socket)
		return NULL;
	socket->inode = inode;
	sockets->count++;
	*at = socket;
	return socket;
}

void sockets_join(struct trace_socket *socket, struct connection *connection,
	enum side side)
{
	if (connection)
		connection->users++;
	if (socket->connection)
		socket->connection->users--;
	socket->connection = connection;
	socket->side = side;
}

void socket_heed(struct trace_socket *socket,
	const struct trace_socket *listener, const struct trace_call *call)
{
	enum call_kind kind = call->what->kind;

	if (kind == CALL_OPTION && call->args[1] == SOL_SOCKET &&
		call->args[2] == SO_LINGER)
		socket->lingers = true;
	if (kind == CALL_OPTION && call->args[1] == IPPROTO_TCP &&
		(call->args[2] == TCP_CORK || call->args[2] == TCP_ULP))
		socket->plain = false;
	if (kind == CALL_SOCKET)
		socket->plain = !call->args[2] || call->args[2] == IPPROTO_TCP;
	if (kind == CALL_ACCEPT)
		socket->plain = listener->plain;
	/* A FIN is sent once. */
	if (kind == CALL_SHUTDOWN)
		socket->owner = 0;
	if (call->result < 0 || !call->lone ||
		(kind != CALL_SOCKET && kind != CALL_ACCEPT))
		return;
	/* Of one that was had before, nobody knows who else has it, or what
	 * was set. */
	if (kind == CALL_ACCEPT && !listener->owner)
		return;
	socket->owner = call->process;
	socket->owner_copies = call->copies;
	socket->lingers = kind == CALL_ACCEPT && listener->lingers;
}

bool socket_closes(
	const struct trace_socket *socket, const struct trace_call *call)
{
	return call->what->kind == CALL_CLOSE && call->lone &&
		socket->owner == call->process &&
		socket->owner_copies == call->copies && !socket->lingers;
}

static void drop(struct sockets *sockets, struct trace_socket **at)
{
	struct trace_socket *socket = *at;

	if (socket->connection)
		socket->connection->users--;
	*at = socket->next;
	sockets->count--;
	free(socket);
}

void sockets_sweep(struct sockets *sockets)
{
	for (size_t i = 0; i < SOCKET_BUCKETS; i++) {
		struct trace_socket **at = &sockets->buckets[i];

		while (*at) {
			const struct connection *connection = (*at)->connection;

			if ((*at)->closed && (!connection || connection->over))
				drop(sockets, at);
			else
				at = &(*at)->next;
		}
	}
}

bool sockets_listen(const struct sockets *sockets, uint16_t port)
{
	for (size_t i = 0; i < SOCKET_BUCKETS; i++)
		for (const struct trace_socket *socket = sockets->buckets[i];
			socket; socket = socket->next)
			if (socket->listening && socket->port == port)
				return true;
	return false;
}

struct holding {
	struct sockets *sockets;
	bool any;
};

static void on_held(void *context, int fd, uint64_t inode)
{
	struct holding *holding = context;
	const struct trace_socket *socket =
		sockets_find(holding->sockets, inode);

	(void)fd;
	holding->any |= socket && socket->connection;
}

bool sockets_held(struct sockets *sockets, pid_t thread)
{
	struct holding holding = { .sockets = sockets };

	peek_sockets(thread, on_held, &holding);
	return holding.any;
}

void sockets_free(struct sockets *sockets)
{
	for (size_t i = 0; i < SOCKET_BUCKETS; i++)
		while (sockets->buckets[i])
			drop(sockets, &sockets->buckets[i]);
}

static int option(int fd, int name)
{
	int value = 0;
	socklen_t size = sizeof(value);

	return getsockopt(fd, SOL_SOCKET, name, &value, &size) ? -1 : value;
}

bool socket_sent(
	pid_t process, int fd, uint64_t inode, enum side side, uint64_t *bytes)
{
	int copy = peek_descriptor(process, fd);
	struct stat status;
	bool known = copy >= 0 && !fstat(copy, &status) &&
		status.st_ino == inode && kernel_sent_by(copy, side, bytes);

	if (copy >= 0)
		close(copy);
	return known;
}

bool socket_speaks_tcp(int protocol)
{
	return protocol == IPPROTO_TCP || protocol == IPPROTO_MPTCP;
}

bool socket_ask(pid_t process, int fd, struct socket_facts *facts)
{
	return socket_tell(peek_descriptor(process, fd), facts);
}

/* Where it is, and where its peer; false: it has no address of the internet. */
static bool ask_ends(int copy, struct socket_facts *facts)
{
	socklen_t size = sizeof(facts->local);

	if (getsockname(copy, (struct sockaddr *)&facts->local, &size) ||
		(facts->local.ss_family != AF_INET &&
			facts->local.ss_family != AF_INET6))
		return false;
	size = sizeof(facts->peer);
	facts->has_peer =
		!getpeername(copy, (struct sockaddr *)&facts->peer, &size);
	net_unmap(&facts->local);
	net_unmap(&facts->peer);
	return true;
}

bool socket_tell_ends(int copy, struct socket_facts *facts)
{
	memset(facts, 0, sizeof(*facts));
	if (copy < 0)
		return false;
	facts->is_tcp = ask_ends(copy, facts);
	close(copy);
	return true;
}

bool socket_tell(int copy, struct socket_facts *facts)
{
	socklen_t size = sizeof(facts->peer);

	memset(facts, 0, sizeof(*facts));
	if (copy < 0)
		return false;
	facts->is_tcp = socket_speaks_tcp(option(copy, SO_PROTOCOL)) &&
		option(copy, SO_TYPE) == SOCK_STREAM && ask_ends(copy, facts);
	facts->is_unix = !facts->is_tcp && option(copy, SO_DOMAIN) == AF_UNIX &&
		option(copy, SO_TYPE) == SOCK_STREAM;
	if (facts->is_unix)
		facts->has_peer = !getpeername(
			copy, (struct sockaddr *)&facts->peer, &size);
	else if (facts->is_tcp && !facts->has_peer)
		facts->listening = option(copy, SO_ACCEPTCONN) == 1;
	close(copy);
	return true;
}
