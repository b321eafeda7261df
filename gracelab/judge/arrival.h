/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * When something arrived at a TCP socket, as the kernel saw it and not as we
 * came to look. All times are those of duration_now_s().
 */
#ifndef GRACELAB_ARRIVAL_H
#define GRACELAB_ARRIVAL_H

#include <stddef.h>
#include <sys/types.h>

/* Asks the kernel to note the time of each segment: SO_TIMESTAMPNS, socket(7).
 */
void arrival_note(int fd);

/*
 * recv(2) of at most `size` bytes. Where it gave bytes, `*at_s` is when the
 * last of them arrived; else it is now. Returns what recv(2) gave, with errno.
 */
ssize_t arrival_recv(int fd, void *buffer, size_t size, double *at_s);

/*
 * When the last segment that the kernel took from the peer arrived: once EOF
 * was read, its FIN, by TCP_INFO's tcpi_last_ack_recv, tcp(7), as exact as the
 * kernel's tick. Now, if it does not tell.
 */
double arrival_last_s(int fd);

/* The least round trip of the connection so far: tcpi_min_rtt. 0: not known. */
double arrival_round_trip_s(int fd);

#endif
