/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "state.h"

#include <netinet/tcp.h>
#include <stddef.h>
#include <string.h>

/* The kernel's numbers are taken over unchanged. */
_Static_assert((int)STATE_ESTABLISHED == (int)TCP_ESTABLISHED, "states");
_Static_assert((int)STATE_LISTEN == (int)TCP_LISTEN, "states");
_Static_assert((int)STATE_CLOSING == (int)TCP_CLOSING, "states");

static const char *const names[STATES] = {
	[STATE_GONE] = "gone",
	[STATE_ESTABLISHED] = "ESTABLISHED",
	[STATE_SYN_SENT] = "SYN_SENT",
	[STATE_SYN_RECV] = "SYN_RECV",
	[STATE_FIN_WAIT1] = "FIN_WAIT1",
	[STATE_FIN_WAIT2] = "FIN_WAIT2",
	[STATE_TIME_WAIT] = "TIME_WAIT",
	[STATE_CLOSE] = "CLOSE",
	[STATE_CLOSE_WAIT] = "CLOSE_WAIT",
	[STATE_LAST_ACK] = "LAST_ACK",
	[STATE_LISTEN] = "LISTEN",
	[STATE_CLOSING] = "CLOSING",
	[STATE_CONNECTED] = "CONNECTED",
	[STATE_SHUT_RD] = "SHUT_RD",
	[STATE_SHUT_WR] = "SHUT_WR",
	[STATE_SHUT_RDWR] = "SHUT_RDWR",
	[STATE_UNKNOWN] = "unknown",
};

const char *state_name(enum tcp_state state)
{
	return (size_t)state < STATES ? names[state] : "?";
}

bool state_parse(const char *name, enum tcp_state *state)
{
	for (int i = 0; i < STATES; i++) {
		if (!strcmp(names[i], name)) {
			*state = (enum tcp_state)i;
			return true;
		}
	}
	return false;
}
