/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Options of a connection's socket, socket(7) and tcp(7), that decide how it
 * ends. Each is told as EVENT_OPTION, or as EVENT_ERROR of setsockopt(2).
 */
#ifndef GRACE_SOCKOPT_H
#define GRACE_SOCKOPT_H

#include <stdbool.h>
#include <stdint.h>

#include "conn.h"

/*
 * SO_LINGER: close(2) waits for so many whole seconds until what is unsent is
 * acknowledged; with 0 it discards that and resets. On Linux it waits whether
 * O_NONBLOCK is set or not, so from here on a thread makes the call.
 */
void sockopt_linger(struct conn *conn, bool on, int64_t duration_ms);

/* TCP_LINGER2: whole seconds in FIN_WAIT2; off: none at all. */
void sockopt_linger2(struct conn *conn, bool on, int64_t duration_ms);

/* SO_KEEPALIVE and, where they are not -1 or 0, its times and its count. */
void sockopt_keepalive(struct conn *conn, bool on, int64_t idle_ms,
	int64_t interval_ms, unsigned count);

/* TCP_USER_TIMEOUT; 0 leaves it to the kernel. */
void sockopt_user_timeout(struct conn *conn, int64_t duration_ms);

/* TCP_QUICKACK, which the kernel takes for a hint and may take back. */
void sockopt_quickack(struct conn *conn, bool on);

/* O_NONBLOCK, which our own send(2) and recv(2) do not heed. */
void sockopt_blocking(struct conn *conn, bool on);

#endif
