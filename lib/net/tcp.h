/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the kernel tells of a TCP socket. */
#ifndef GRACE_TCP_H
#define GRACE_TCP_H

#include <stddef.h>

#include "state.h"

/* TCP_INFO, tcp(7); STATE_GONE if the kernel does not say. */
enum tcp_state tcp_state(int fd);

/* Bytes received and not read yet: SIOCINQ, tcp(7). 0 if not known. */
size_t tcp_unread_bytes(int fd);

/* Bytes sent and not acknowledged yet: SIOCOUTQ, tcp(7). 0 if not known. */
size_t tcp_unacknowledged_bytes(int fd);

/* SO_ERROR, socket(7), which asking clears. */
int tcp_take_error(int fd);

/* Room for tcp_describe(). */
#define TCP_DESCRIPTION_SIZE 256

/*
 * Writes what `state` shows to `out` (room for TCP_DESCRIPTION_SIZE): state,
 * unread and unacknowledged bytes, poll(2), SO_ERROR, which this clears.
 */
void tcp_describe(int fd, char *out);

#endif
