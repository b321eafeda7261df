/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel.h"

bool kernel_may_face(enum tcp_state client, enum tcp_state server)
{
	switch (client) {
	case STATE_ESTABLISHED:
		return server == STATE_ESTABLISHED;
	case STATE_FIN_WAIT2:
		return server == STATE_CLOSE_WAIT;
	case STATE_CLOSE_WAIT:
		/* `gone` too: what was a FIN_WAIT2 orphan has timed out. The
		 * other reading, a RST under way, needs loopback's queue to
		 * be worked off later than the call that filled it. */
		return server == STATE_FIN_WAIT2 || server == STATE_GONE;
	case STATE_TIME_WAIT:
		return server == STATE_TIME_WAIT || server == STATE_GONE;
	case STATE_GONE:
		return server == STATE_GONE || server == STATE_TIME_WAIT ||
			server == STATE_CLOSE_WAIT;
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
		kernel_may_face(client->state, server->state);
}
