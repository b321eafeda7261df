/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a subject called on its two hops, as its keeper tells it: data alone. */
#ifndef GRACELAB_JUDGE_TOLD_H
#define GRACELAB_JUDGE_TOLD_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/side.h"

/* Where calls are told, and what of. */
struct teller_plan {
	int out; /* takes struct told, and never blocks; -1: nothing is told */
	/* Where the program listens, and where its backend does. */
	uint16_t ports[SIDES];
	/* A hop may be a UNIX socket: those are all told of, since only who has
	 * the other end knows what it is. */
	bool over_unix;
};

enum told_kind {
	TOLD_CALL,
	/* What is missing. */
	TOLD_REFUSED,   /* all: `text` says why, strerror(3) of `bytes` */
	TOLD_URING,     /* what it does by io_uring(7) */
	TOLD_FOREIGN,   /* what programs of another ABI call */
	TOLD_FORGOTTEN, /* there was no room for some */
};

/* Room for "recvfrom(MSG_PEEK)" and "ECONNREFUSED", terminated. */
#define TOLD_TEXT_SIZE 32

/* One message: a write(2) that is whole or not at all, pipe(7). */
struct told {
	enum told_kind kind;
	/* CLOCK_REALTIME: between both the kernel did it. */
	uint64_t began_ns, ended_ns;
	uint64_t inode; /* of the socket that it is about */
	uint64_t bytes; /* that it moved */
	int process, thread;
	enum side hop; /* CLIENT: towards the client */
	uint16_t port; /* at that hop: the client's, or its own; 0: it is a
			* UNIX socket, and of any hop or none */
	bool data;     /* it moved some */
	bool sends;    /* it may put a segment on the wire */
	bool wide;     /* it is about all that the process has open */
	char text[TOLD_TEXT_SIZE];   /* as its author knows it */
	char result[TOLD_TEXT_SIZE]; /* ""; "0 (EOF)" */
};

#endif
