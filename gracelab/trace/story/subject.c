/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "subject.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "gracelab/trace/peek.h"
#include "lib/net/net.h"
#include "lib/net/port.h"
#include "speaker.h"

/* Joins a socket to the connection that its ends name. */
static void join(struct story *story, struct trace_socket *socket,
	const struct socket_facts *facts, enum side side)
{
	const struct sockaddr_storage *client =
		side == CLIENT ? &facts->local : &facts->peer;
	const struct sockaddr_storage *server =
		side == CLIENT ? &facts->peer : &facts->local;
	struct connection *connection = connections_find(
		&story->connections, port_at(client), port_at(server));

	if (!connection)
		connection = connections_add(
			&story->connections, port_at(client), port_at(server));
	if (!connection) {
		story->incomplete = true;
		return;
	}
	/* Where segments tell of its states, they have from the first on. */
	if (!connection->has_pair || !story->plan.wire)
		connections_touch(&story->connections, connection);
	connection->pair.client = *client;
	connection->pair.server = *server;
	connection->has_pair = true;
	if (socket->connection != connection)
		sockets_join(socket, connection, side);
}

/* A duplicate of a descriptor of who calls, or -1. */
static int copy_of(struct story *story, const struct trace_call *call, int fd)
{
	return descriptors_copy(&story->descriptors, call->process, fd);
}

/* Asks what a socket is that was never seen before, by a duplicate, which it
 * closes. */
static void identify(struct story *story, struct trace_socket *socket,
	const struct trace_call *call, int copy)
{
	struct socket_facts facts;
	uint16_t port;
	int protocol = (int)call->args[2];

	/* What was just made has its kind in the arguments, and no peer. */
	if (call->what->kind == CALL_SOCKET) {
		close(copy);
		socket->is_tcp = !protocol || socket_speaks_tcp(protocol);
		socket->side = speaker_side(story, call->process, call->root);
		return;
	}
	/* What a listener of TCP gives is TCP. */
	if (call->what->kind == CALL_ACCEPT && call->subject
			? !socket_tell_ends(copy, &facts)
			: !socket_tell(copy, &facts) || !facts.is_tcp)
		return;
	socket->is_tcp = true;
	socket->listening = facts.listening;
	socket->port = port_at(&facts.local);
	socket->side = facts.listening
		? SERVER
		: speaker_side(story, call->process, call->root);
	if (!facts.has_peer)
		return;
	port = port_at(&facts.peer);
	/* Whoever is met midway: known, or else by who listens. */
	if (connections_find(&story->connections, socket->port, port))
		join(story, socket, &facts, CLIENT);
	else if (connections_find(&story->connections, port, socket->port) ||
		sockets_listen(&story->sockets, socket->port))
		join(story, socket, &facts, SERVER);
	else
		join(story, socket, &facts, socket->side);
}

/* One that was never seen before; of `copy` as above. */
static struct trace_socket *meet(struct story *story,
	const struct trace_call *call, uint64_t inode, int copy)
{
	struct trace_socket *socket = sockets_add(&story->sockets, inode);

	if (socket) {
		identify(story, socket, call, copy);
	} else {
		story->incomplete = true;
		close(copy);
	}
	return socket;
}

/* The TCP socket behind a descriptor, or NULL. */
struct trace_socket *subject_of(
	struct story *story, const struct trace_call *call, int fd)
{
	struct trace_socket *socket;
	uint64_t inode;

	errno = 0;
	if (!descriptors_ask(&story->descriptors, call, fd, &inode))
		return NULL;
	socket = sockets_find(&story->sockets, inode);
	if (!socket)
		socket = meet(story, call, inode, copy_of(story, call, fd));
	return socket && socket->is_tcp ? socket : NULL;
}

/* The one behind the descriptor that a call has just given, or NULL. */
static struct trace_socket *given_by(
	struct story *story, const struct trace_call *call)
{
	int fd = (int)call->result, copy = copy_of(story, call, fd);
	struct trace_socket *socket;
	uint64_t inode;

	descriptors_forget(&story->descriptors, call->process, fd);
	if (!descriptors_learn(&story->descriptors, call, fd, copy, &inode) ||
		sockets_find(&story->sockets, inode)) {
		close(copy);
		return subject_of(story, call, fd);
	}
	socket = meet(story, call, inode, copy);
	return socket && socket->is_tcp ? socket : NULL;
}

/* The descriptor that a call acts on; -1: none. */
int subject_descriptor(struct story *story, const struct trace_call *call)
{
	switch (call->what->kind) {
	case CALL_BIND:
	case CALL_LISTEN:
	case CALL_CONNECT:
	case CALL_ACCEPT:
	case CALL_READ:
	case CALL_WRITE:
	case CALL_SENDFILE:
	case CALL_SHUTDOWN:
	case CALL_CLOSE:
	case CALL_DUP:
	case CALL_FCNTL:
	case CALL_OPTION:
		return (int)call->args[0];
	case CALL_SPLICE: /* from fd_in to fd_out; whichever is a socket */
		return subject_of(story, call, (int)call->args[2])
			? (int)call->args[2]
			: (int)call->args[0];
	case CALL_DUP_ONTO:
		return subject_of(story, call, (int)call->args[1])
			? (int)call->args[1]
			: (int)call->args[0];
	case CALL_SOCKET:
	case CALL_CLOSE_RANGE:
	case CALL_EXEC:
	case CALL_EXIT:
	case CALL_WAIT:
	case CALL_URING:
	case CALL_FILTER:
	case CALL_TRACE:
	case CALL_HANDLER:
		break;
	}
	return -1;
}

bool subject_connects(const struct trace_call *call)
{
	return call->what->kind == CALL_CONNECT ||
		(call->what->kind == CALL_WRITE && call->what->flags &&
			call->args[call->what->flags] & MSG_FASTOPEN);
}

bool subject_peer(const struct trace_call *call, struct sockaddr_storage *peer)
{
	uint64_t at = call->args[1], size = call->args[2];
	struct msghdr message;

	*peer = (struct sockaddr_storage){ .ss_family = AF_UNSPEC };
	if (call->what->bytes == CALL_BUFFER) {
		at = call->args[4];
		size = call->args[5];
	} else if (call->what->bytes != CALL_NO_BYTES) {
		if (!peek_message(call, &message))
			return false;
		at = (uintptr_t)message.msg_name;
		size = message.msg_namelen;
	}
	if (size > sizeof(*peer))
		size = sizeof(*peer);
	return size >= sizeof(peer->ss_family) &&
		peek_memory(call->thread, at, peer, size) == size;
}

static void learn_connected(struct story *story, struct trace_call *call)
{
	struct trace_socket *socket = call->subject;
	struct sockaddr_storage peer;
	struct socket_facts facts;

	if ((call->result < 0 && call->result != -EINPROGRESS) ||
		!socket_tell_ends(
			copy_of(story, call, (int)call->args[0]), &facts))
		return;
	if (!facts.has_peer) {
		if (!subject_peer(call, &peer))
			return;
		if (peer.ss_family == AF_UNSPEC) {
			sockets_join(socket, NULL, socket->side);
			socket->listening = false;
			return;
		}
		net_unmap(&peer);
		facts.peer = peer;
	}
	socket->port = port_at(&facts.local);
	join(story, socket, &facts, CLIENT);
}

static void learn_accepted(struct story *story, struct trace_call *call)
{
	struct trace_socket *socket;
	struct socket_facts facts;
	struct connection *connection;

	socket = given_by(story, call);
	if (!socket)
		return;
	call->subject = socket;
	if (!socket->connection &&
		socket_tell(copy_of(story, call, (int)call->result), &facts)) {
		/* Who was reset has no peer any more. */
		connection = facts.has_peer
			? NULL
			: connections_waiting(
				  &story->connections, port_at(&facts.local));
		if (facts.has_peer)
			join(story, socket, &facts, SERVER);
		else if (connection)
			sockets_join(socket, connection, SERVER);
	}
	if (!socket->connection)
		return;
	socket->side = SERVER;
	socket->connection->accepted = true;
	speaker_note(story, call->process, socket);
}

/* What a call that has ended says of its socket. */
void subject_learn(struct story *story, struct trace_call *call)
{
	struct trace_socket *socket = call->subject;
	struct socket_facts facts;

	if (subject_connects(call)) {
		learn_connected(story, call);
		return;
	}
	switch (call->what->kind) {
	case CALL_LISTEN:
		if (call->result ||
			!socket_tell(copy_of(story, call, (int)call->args[0]),
				&facts))
			break;
		socket->listening = true;
		socket->side = SERVER;
		socket->port = port_at(&facts.local);
		break;
	case CALL_ACCEPT:
		if (call->result < 0)
			break;
		learn_accepted(story, call);
		break;
	case CALL_CLOSE:
		socket->closed = !call->result;
		break;
	case CALL_SOCKET:
		if (call->result < 0)
			break;
		call->subject = given_by(story, call);
		speaker_note(story, call->process, call->subject);
		break;
	default:
		break;
	}
}
