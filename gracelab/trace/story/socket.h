/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The sockets that calls act on, by inode: so a duplicate, an inherited one and
 * one that came through SCM_RIGHTS are the same.
 */
#ifndef GRACELAB_SOCKET_H
#define GRACELAB_SOCKET_H

#include <netinet/in.h>

#include "connection.h"
#include "gracelab/trace/call.h"

struct trace_socket {
	struct trace_socket *next; /* of the same bucket */
	uint64_t inode;
	bool is_tcp;
	bool listening;
	bool closed;  /* a close(2) of it has succeeded */
	bool lingers; /* SO_LINGER was set, or may have been */
	bool plain; /* TCP from its birth on, and nothing was set by which what
		     * is sent there waits, or is other bytes */
	/* Nobody has it but that process, as long as others have got copies of
	 * its descriptors no more often; 0: others may. */
	pid_t owner;
	unsigned owner_copies;
	uint16_t port; /* its own, or 0 */
	enum side side;
	struct connection *connection; /* or NULL */
};

#define SOCKET_BUCKETS 4096

struct sockets {
	struct trace_socket *buckets[SOCKET_BUCKETS]; /* owned */
	size_t count;
};

struct trace_socket *sockets_find(struct sockets *sockets, uint64_t inode);

/* NULL without memory. */
struct trace_socket *sockets_add(struct sockets *sockets, uint64_t inode);

void sockets_join(struct trace_socket *socket, struct connection *connection,
	enum side side);

/* What a call that has ended says of whose it is, and how it sends and closes;
 * of accept(2), from that listener. */
void socket_heed(struct trace_socket *socket,
	const struct trace_socket *listener, const struct trace_call *call);

/*
 * Whether this call of close(2) closes it for good, and at once: nobody else
 * has it, as far as calls tell, and no SO_LINGER has it wait. It gives 0 then.
 */
bool socket_closes(
	const struct trace_socket *socket, const struct trace_call *call);

/* Forgets those that were closed and have no use any more. */
void sockets_sweep(struct sockets *sockets);

/* Whether one of them listens on that port. */
bool sockets_listen(const struct sockets *sockets, uint16_t port);

/* Whether the thread has one open that was ever connected, gone or not. */
bool sockets_held(struct sockets *sockets, pid_t thread);

void sockets_free(struct sockets *sockets);

/* What a descriptor is. */
struct socket_facts {
	bool is_tcp, listening, has_peer;
	bool is_unix; /* of SOCK_STREAM; of one nothing but has_peer is told */
	struct sockaddr_storage local, peer; /* IPv4 also where mapped */
};

/*
 * Asks the kernel of a process' descriptor. False: it is not to be had, and
 * nothing is known.
 */
bool socket_ask(pid_t process, int fd, struct socket_facts *facts);

/* The same of a duplicate, or -1, which it closes. */
bool socket_tell(int copy, struct socket_facts *facts);

/* The same of one that is known to be TCP, but for whether it listens. */
bool socket_tell_ends(int copy, struct socket_facts *facts);

/* How many bytes the socket of that inode has sent, kernel_sent(); false also
 * where the descriptor is not its any more. */
bool socket_sent(
	pid_t process, int fd, uint64_t inode, enum side side, uint64_t *bytes);

/* Whether a stream of that protocol is TCP; also by way of MPTCP. */
bool socket_speaks_tcp(int protocol);

#endif
