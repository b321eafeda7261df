/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * States of a connection: TCP's, with the kernel's own numbers (RFC 9293,
 * section 3.3.2), and a UNIX socket's, which has none of these.
 */
#ifndef GRACE_STATE_H
#define GRACE_STATE_H

#include <stdbool.h>

enum tcp_state {
	STATE_GONE, /* none: no socket that the network knows of */
	STATE_ESTABLISHED,
	STATE_SYN_SENT,
	STATE_SYN_RECV,
	STATE_FIN_WAIT1,
	STATE_FIN_WAIT2,
	STATE_TIME_WAIT,
	STATE_CLOSE,
	STATE_CLOSE_WAIT,
	STATE_LAST_ACK,
	STATE_LISTEN,
	STATE_CLOSING,
	/* A UNIX socket: which of its halves have ended, by whoever it was. */
	STATE_CONNECTED,
	STATE_SHUT_RD,
	STATE_SHUT_WR,
	STATE_SHUT_RDWR,
	STATE_UNKNOWN, /* a UNIX socket's where the kernel lacks unix_diag */
};

#define STATES (STATE_UNKNOWN + 1)

/*
 * The name as ss(8) and RFC 9293 have it, with `_`, or "gone"; of a UNIX socket
 * "CONNECTED", "SHUT_RD" and so on; "unknown"; "?" for a number that is no
 * state. Never changes.
 */
const char *state_name(enum tcp_state state);

/* The state by its name; false for any other text. */
bool state_parse(const char *name, enum tcp_state *state);

/*
 * True in passing: FIN_WAIT1, CLOSING, LAST_ACK, which the peer's kernel ends
 * without anybody's doing.
 */
static inline bool state_is_passing(enum tcp_state state)
{
	return state == STATE_FIN_WAIT1 || state == STATE_CLOSING ||
		state == STATE_LAST_ACK;
}

#endif
