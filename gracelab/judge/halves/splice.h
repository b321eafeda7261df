/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pairs of connections, each handed on to the other: bytes, FIN for FIN, RST
 * for RST. Little is kept between them, so that a reader that stalls is felt.
 */
#ifndef GRACELAB_SPLICE_H
#define GRACELAB_SPLICE_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

/* What waits between two connections, in either direction. */
#define SPLICE_BYTES 16384

struct splice {
	int fds[2]; /* owned, non-blocking */
	struct splice_way {
		char bytes[SPLICE_BYTES];
		size_t from, to; /* what waits, of what fds[i] has sent */
		bool ended;      /* its FIN has come */
		bool passed_on;  /* ... and was sent to the other */
	} ways[2];
};

/* Makes the kernel keep little for a connection; before it is connected. */
void splice_keep_little(int fd);

/* A pair for free(3), which owns both descriptors, that may still be
 * connecting; NULL without memory, and both are closed. */
struct splice *splice_new(int one, int other);

/* Has the other be told a short text before all that `one` says. */
void splice_say(struct splice *splice, const char *text);

/* What to wait for, of both: -1 in `fd` is nothing. */
void splice_wants(const struct splice *splice, struct pollfd polled[2]);

/* Goes on; false once both have ended, and are closed. */
bool splice_go_on(struct splice *splice, const struct pollfd polled[2]);

/* Closes both. */
void splice_end(struct splice *splice);

/* An abortive close. */
void splice_abort(int fd);

#endif
