/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The listening socket, and when there is room for another connection. */
#ifndef GRACESERVER_LISTENER_H
#define GRACESERVER_LISTENER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "lib/event/report.h"
#include "options.h"

struct listener {
	int fd;         /* -1: closed, after the one connection of --once */
	unsigned bound; /* connections at a time; 0: none */
	bool once;
	bool complained;  /* said that none can be accepted, since the last */
	int64_t again_ms; /* when to try again; 0: at any time */
};

/* Listens and says so. False, and said, where that fails. */
bool listener_open(struct listener *listener,
	const struct server_options *options, struct report *report);

/* Whether to wait for a connection, with `open` of them there. */
bool listener_ready(const struct listener *listener, unsigned open);

/*
 * accept(2) once, non-blocking; the peer's address goes to `*address`. Returns
 * the descriptor, or -1 if none waits or none can be had now.
 */
int listener_accept(struct listener *listener, struct report *report,
	struct sockaddr_storage *address, socklen_t *address_bytes);

/* A descriptor was given back, or time has passed: perhaps there is room. */
void listener_retry(struct listener *listener);

#endif
