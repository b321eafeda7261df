/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the kernel tells of a UNIX socket, by sock_diag(7). There is no TCP
 * state and no acknowledgement: what is known is which halves have ended, and
 * what was sent and not read yet.
 */
#ifndef GRACE_UNIX_STATE_H
#define GRACE_UNIX_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "state.h"

struct unix_facts {
	enum tcp_state state; /* STATE_CONNECTED, or which halves have ended */
	uint32_t peer; /* the other end's inode; 0: not accepted yet, or gone */
	uint32_t unread_bytes;      /* arrived and not read yet */
	uint32_t peer_unread_bytes; /* sent and not read yet by the peer, */
	bool peer_unread_known;     /* if that is known: not before accept(2) */
};

/* Whether it is a UNIX socket, unix(7). */
bool unix_is_socket(int fd);

/*
 * Asks of an open socket. False where it is no UNIX socket, or the kernel does
 * not tell.
 */
bool unix_ask(int fd, struct unix_facts *facts);

/* The same by the inode, of any socket of the process's network. */
bool unix_ask_inode(uint32_t inode, struct unix_facts *facts);

/*
 * The state by sk_state and the mask of ended halves as unix_diag has them
 * (linux/unix_diag.h): 1 is receiving, 2 is sending.
 */
enum tcp_state unix_state_of(uint8_t sk_state, uint8_t shutdown);

#endif
