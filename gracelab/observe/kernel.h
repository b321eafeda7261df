/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kernel's view: socket states by sock_diag(7), of orphans too. */
#ifndef GRACELAB_KERNEL_H
#define GRACELAB_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "lib/base/side.h"
#include "lib/net/state.h"

/* One side's socket as the kernel has it. */
struct kernel_socket {
	enum tcp_state state;
	/* 0: no process has it by a descriptor: an orphan, TIME_WAIT, or not
	 * accepted yet. */
	uint32_t inode;
	uint32_t unread_bytes;  /* arrived, not yet received; no FIN counted */
	uint32_t unacked_bytes; /* sent or queued, not yet acknowledged; a FIN
				 * counts as one */
	bool eof_unread;        /* a FIN has come which recv has not given */
};

/* A connection, by both its ends: AF_INET or AF_INET6, both the same. */
struct kernel_pair {
	struct sockaddr_storage client;
	struct sockaddr_storage server;
};

bool kernel_pair_equal(
	const struct kernel_pair *a, const struct kernel_pair *b);

struct kernel;

/* One netlink(7) socket to the network of the calling process, which the
 * caller ends with kernel_close(); close-on-exec. NULL with errno set. */
struct kernel *kernel_open(void);

/* Ends it; NULL is allowed. Preserves errno. */
void kernel_close(struct kernel *kernel);

/*
 * Looks up both ends of one connection, each exactly: no table is walked, no
 * listener is taken for a connection. FIN_WAIT2 is told from TIME_WAIT also
 * where only a timewait bucket is left. A socket that was reset is gone for
 * the network, though a process may hold it still.
 * The two answers belong together: it looks until the client's state, and
 * whether it has anything unacknowledged, is the same before and after the
 * server's.
 * Returns 0, or -1 with errno set (sock_diag(7) not to be had).
 */
int kernel_look(struct kernel *kernel, const struct kernel_pair *pair,
	struct kernel_socket *client, struct kernel_socket *server);

/* The same of two hosts: kernels[CLIENT] sees the client's network,
 * kernels[SERVER] the server's. */
int kernel_look_between(struct kernel *const kernels[SIDES],
	const struct kernel_pair *pair, struct kernel_socket *client,
	struct kernel_socket *server);

/*
 * The same for who wants to know the states alone, and looks again where one is
 * in passing: the client is looked at twice only if they do not fit. States
 * only ever go on, so those that fit were so at one moment; the numbers of
 * bytes may be of two.
 */
int kernel_glance_between(struct kernel *const kernels[SIDES],
	const struct kernel_pair *pair, struct kernel_socket *client,
	struct kernel_socket *server);

/*
 * How many bytes of the stream that side has put on the wire so far, each
 * counted once (struct tcp_info, tcp(7), since Linux 4.19). Where the kernel
 * itself has refused to let segments out, by a filter or for lack of room, and
 * others go out all the time, those may be among them. False: the kernel does
 * not tell, or the end is gone, or in TIME_WAIT.
 */
bool kernel_sent(struct kernel *kernel, const struct kernel_pair *pair,
	enum side side, uint64_t *bytes);

/* The same of a socket that is ours too, also of one that was reset. */
bool kernel_sent_by(int fd, enum side side, uint64_t *bytes);

/* Whether both can be at rest in these states, facing each other. */
bool kernel_may_face(enum tcp_state client, enum tcp_state server);

/*
 * True if the two states can stand beside each other with nothing under way
 * on a network that loses nothing: nothing unacknowledged on either side,
 * neither in passing (SYN_SENT, SYN_RECV, FIN_WAIT1, CLOSING, LAST_ACK), and
 * no end that has yet to hear of the other's reset.
 * One pair only is not decided by it: if one end is gone and the other in
 * CLOSE_WAIT, an orphan's timer ran out, or a RST is on its way. True is
 * returned; see kernel_quiet.c for why that is right on Linux.
 */
bool kernel_is_quiet(
	const struct kernel_socket *client, const struct kernel_socket *server);

/*
 * Calls on_listener with the local address of every listening TCP socket,
 * IPv4 and IPv6; the address is valid during the call only. If on_listener
 * returns false, no more are shown.
 * Returns 0, or -1 with errno set.
 */
int kernel_listeners(struct kernel *kernel,
	bool (*on_listener)(
		void *context, const struct sockaddr *address, uint32_t inode),
	void *context);

/* Whether anybody listens on that port (host byte order), at any address:
 * 1, 0, or -1 with errno set. */
int kernel_is_listening(struct kernel *kernel, uint16_t port);

#endif
