/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The addresses of a name, in a way that a signal can end. */
#ifndef GRACE_RESOLVE_H
#define GRACE_RESOLVE_H

#include <netdb.h>
#include <stdbool.h>

#include "sizes.h"

/*
 * Takes HOST:PORT apart, where it stands: `[::1]:80`, `localhost:80`. False,
 * and nothing changed, for a text of another form, such as an IPv6 address
 * without brackets; what PORT is was not looked at.
 */
bool resolve_split(char *text, char **host, char **port);

/* Whom to tell, once, that something takes time; `call` may be NULL. */
struct slow {
	void (*call)(void *context, const char *what);
	void *context;
};

/* After how long that is. */
#define SLOW_AFTER_MS 1000

/*
 * getaddrinfo(3) for streams; `unix:PATH` as `host` is the one address of that
 * UNIX socket, whatever `port` is. `flags` are AI_PASSIVE or 0. A name is
 * looked up by a thread, which is left to itself where the process is asked to
 * end (signals_ending()) meanwhile. Returns the list, for resolve_free(), or
 * NULL with the message in `error` (room for NET_ERROR_SIZE), and errno: EINTR,
 * or 0 where the name has no address.
 */
struct addrinfo *resolve(const char *host, const char *port, int family,
	int flags, const struct slow *slow, char *error);

/* Frees the list; NULL is allowed. Preserves errno. */
void resolve_free(struct addrinfo *list);

#endif
