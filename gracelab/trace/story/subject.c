/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "subject.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "gracelab/trace/peek.h"
#include "lib/net/net.h"
#include "lib/net/port.h"

/* The kernel's highest process number, proc(5), pid_max. */
#define STORY_PROCESSES (1 << 22)

/* What is known of a process that has made a call on a TCP socket. */
enum { SPEAKS = 1, SERVES = 2, HAS_SIDE = 4, HIDDEN = 8, SPEAKER_BITS = 4 };

static unsigned speaker(const struct story *story, pid_t process)
{
	if (!story->spoken || process >= STORY_PROCESSES)
		return 0;
	return (unsigned)story->spoken[process * SPEAKER_BITS / 8] >>
		process * SPEAKER_BITS % 8 &
		0xfU;
}

static void set_speaker(struct story *story, pid_t process, unsigned bits)
{
	unsigned shift = (unsigned)process * SPEAKER_BITS % 8;

	if (!story->spoken)
		story->spoken = calloc(STORY_PROCESSES * SPEAKER_BITS / 8, 1);
	if (!story->spoken || process >= STORY_PROCESSES)
		return;
	unsigned char *byte = &story->spoken[process * SPEAKER_BITS / 8];

	*byte = (unsigned char)((*byte & 0xf0U >> shift) | bits << shift);
}

bool subject_hides(struct story *story, pid_t process)
{
	unsigned known = speaker(story, process);

	if ((errno != EACCES && errno != EPERM) || known & HIDDEN)
		return false;
	set_speaker(story, process, known | HIDDEN);
	return true;
}

enum side subject_side(const struct story *story, pid_t process, int root)
{
	unsigned known = speaker(story, process);

	if (story->plan.pair)
		return root == SERVER ? SERVER : CLIENT;
	return known & HAS_SIDE && known & SERVES ? SERVER : CLIENT;
}

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

/* socket_ask() of a descriptor of who calls. */
static bool ask(struct story *story, const struct trace_call *call, int fd,
	struct socket_facts *facts)
{
	return socket_tell(
		descriptors_copy(&story->descriptors, call->process, fd),
		facts);
}

/* The same of one that is known to be TCP, and to listen nowhere. */
static bool ask_ends(struct story *story, const struct trace_call *call, int fd,
	struct socket_facts *facts)
{
	return socket_tell_ends(
		descriptors_copy(&story->descriptors, call->process, fd),
		facts);
}

/* Asks what a socket is that was never seen before. */
static void identify(struct story *story, struct trace_socket *socket,
	const struct trace_call *call, int fd)
{
	struct socket_facts facts;
	uint16_t port;
	int protocol = (int)call->args[2];

	/* What was just made has its kind in the arguments, and no peer. */
	if (call->what->kind == CALL_SOCKET) {
		socket->is_tcp = !protocol || socket_speaks_tcp(protocol);
		socket->side = subject_side(story, call->process, call->root);
		return;
	}
	/* What a listener of TCP gives is TCP. */
	if (call->what->kind == CALL_ACCEPT && call->subject
			? !ask_ends(story, call, fd, &facts)
			: !ask(story, call, fd, &facts) || !facts.is_tcp)
		return;
	socket->is_tcp = true;
	socket->listening = facts.listening;
	socket->port = port_at(&facts.local);
	socket->side = facts.listening
		? SERVER
		: subject_side(story, call->process, call->root);
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
	if (!socket) {
		socket = sockets_add(&story->sockets, inode);
		if (!socket) {
			story->incomplete = true;
			return NULL;
		}
		identify(story, socket, call, fd);
	}
	return socket->is_tcp ? socket : NULL;
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
		break;
	}
	return -1;
}

bool subject_has_spoken(const struct story *story, pid_t process)
{
	return speaker(story, process) & SPEAKS;
}

void subject_note_speaker(
	struct story *story, pid_t process, const struct trace_socket *socket)
{
	unsigned known = speaker(story, process) | SPEAKS;

	if (socket && (socket->connection || socket->listening))
		known = (known & HIDDEN) | SPEAKS | HAS_SIDE |
			(socket->side == SERVER ? SERVES : 0);
	set_speaker(story, process, known);
}

void subject_forget_speaker(struct story *story, pid_t process)
{
	if (speaker(story, process))
		set_speaker(story, process, 0);
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
		!ask_ends(story, call, (int)call->args[0], &facts))
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

	descriptors_forget(
		&story->descriptors, call->process, (int)call->result);
	socket = subject_of(story, call, (int)call->result);
	if (!socket)
		return;
	call->subject = socket;
	if (!socket->connection &&
		ask(story, call, (int)call->result, &facts)) {
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
	subject_note_speaker(story, call->process, socket);
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
			!ask(story, call, (int)call->args[0], &facts))
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
		descriptors_forget(
			&story->descriptors, call->process, (int)call->result);
		call->subject = subject_of(story, call, (int)call->result);
		subject_note_speaker(story, call->process, call->subject);
		break;
	default:
		break;
	}
}
