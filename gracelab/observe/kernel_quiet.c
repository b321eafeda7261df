/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel.h"

/* What the other end may be in when this one is at rest in `state`. */
static bool may_face(enum tcp_state state, enum tcp_state other)
{
	switch (state) {
	case STATE_ESTABLISHED:
		return other == STATE_ESTABLISHED;
	case STATE_FIN_WAIT2:
		return other == STATE_CLOSE_WAIT;
	case STATE_CLOSE_WAIT:
		/* `gone` too: what was a FIN_WAIT2 orphan has timed out. The
		 * other reading, a RST under way, needs loopback's queue to
		 * be worked off later than the call that filled it. */
		return other == STATE_FIN_WAIT2 || other == STATE_GONE;
	case STATE_TIME_WAIT:
		return other == STATE_TIME_WAIT || other == STATE_GONE;
	case STATE_GONE:
		return other == STATE_GONE || other == STATE_TIME_WAIT ||
			other == STATE_CLOSE_WAIT;
	case STATE_CLOSE: /* caught on its way to `gone` */
	case STATE_SYN_SENT:
	case STATE_SYN_RECV:
	case STATE_FIN_WAIT1:
	case STATE_LAST_ACK:
	case STATE_CLOSING:
	case STATE_CONNECTED:
	case STATE_SHUT_RD:
	case STATE_SHUT_WR:
	case STATE_SHUT_RDWR:
	case STATE_UNKNOWN:
	case STATE_LISTEN:
		return false;
	}
	return false;
}

bool kernel_is_quiet(
	const struct kernel_socket *client, const struct kernel_socket *server)
{
	return client->unacked_bytes == 0 && server->unacked_bytes == 0 &&
		may_face(client->state, server->state);
}
