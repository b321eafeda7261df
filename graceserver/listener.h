/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The listening socket, and when there is room for another connection. */
#ifndef GRACESERVER_LISTENER_H
#define GRACESERVER_LISTENER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "lib/conn/threads.h"
#include "lib/event/report.h"
#include "lib/net/unix.h"
#include "options.h"

struct listener {
	int fd;         /* -1: closed, by `listener close` or --once */
	unsigned bound; /* connections at a time; 0: none */
	bool once;
	bool by_hand;    /* accept(2) is typed */
	bool shut;       /* by shutdown(2): nobody comes any more */
	bool in_accept;  /* a thread sits in accept(2), and nobody else calls */
	bool complained; /* said that none can be accepted, since the last */
	int64_t again_ms;      /* when to try again; 0: at any time */
	struct unix_file file; /* of a UNIX socket */
};

/* Listens and says so. False, and said, where that fails. */
bool listener_open(struct listener *listener,
	const struct server_options *options, struct report *report);

/* Removes what listening has made: the file of a UNIX socket. */
void listener_end(struct listener *listener);

/*
 * Whether to wait for a connection and accept it unasked, with `open` of them
 * there.
 */
bool listener_ready(const struct listener *listener, unsigned open);

/*
 * accept(2) once, non-blocking; the peer's address goes to `*address`. Returns
 * the descriptor, or -1 if none waits or none can be had now. `typed`: somebody
 * asked for it, so that a failure is told whatever it is.
 */
int listener_accept(struct listener *listener, struct report *report,
	struct sockaddr_storage *address, socklen_t *address_bytes, bool typed);

/*
 * accept(2) in a thread, which may block; listener_returned() tells of it.
 * False, with errno, where there is no thread to be had.
 */
bool listener_block(struct listener *listener, struct threads *threads);

/* Returns the descriptor, or -1 where it failed, which is then told. */
int listener_returned(struct listener *listener, struct report *report,
	const struct thread_result *result);

/* close(2) of the listening socket, and shutdown(2), told as events. */
void listener_close(struct listener *listener, struct report *report);
void listener_shutdown(
	struct listener *listener, struct report *report, int how);

/* A descriptor was given back, or time has passed: perhaps there is room. */
void listener_retry(struct listener *listener);

#endif
