/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the kernel tells of a TCP socket; and of a UNIX socket in its place. */
#ifndef GRACE_TCP_H
#define GRACE_TCP_H

#include <stdbool.h>
#include <stddef.h>

#include "state.h"

/* Whether it is a TCP socket: TCP_INFO is to be had. */
bool tcp_is(int fd);

/*
 * TCP_INFO, tcp(7), or of a UNIX socket unix_state.h: STATE_UNKNOWN if the
 * kernel does not say. STATE_GONE of what is neither.
 */
enum tcp_state tcp_state(int fd);

/* Bytes received and not read yet: SIOCINQ, tcp(7). 0 if not known. */
size_t tcp_unread_bytes(int fd);

/*
 * Bytes sent and not acknowledged yet: SIOCOUTQ, tcp(7); of a UNIX socket those
 * that its peer has not read. 0 if not known.
 */
size_t tcp_unacknowledged_bytes(int fd);

/* SO_ERROR, socket(7), which asking clears. */
int tcp_take_error(int fd);

/* What can be asked of a socket at one moment. */
struct tcp_facts {
	enum tcp_state state;
	bool is_tcp;
	size_t unread_bytes;
	size_t unacknowledged_bytes; /* SIZE_MAX: not known */
	short poll; /* POLLIN, POLLOUT, POLLRDHUP, POLLHUP, POLLERR: poll(2) */
	int error;  /* SO_ERROR */
};

/* Asks all of it, which clears SO_ERROR. */
struct tcp_facts tcp_ask(int fd);

/* Room for tcp_poll_text(). */
#define TCP_POLL_SIZE 32

/* Writes the names of poll(2)'s flags, "IN|OUT|RDHUP", or "nothing". */
void tcp_poll_text(short flags, char *out);

/* The flags by these names; false for any other text. */
bool tcp_poll_parse(const char *text, short *flags);

/* Room for tcp_describe(). */
#define TCP_DESCRIPTION_SIZE 256

/* Writes what `state` shows to `out` (room for TCP_DESCRIPTION_SIZE). */
void tcp_describe(const struct tcp_facts *facts, char *out);

#endif
