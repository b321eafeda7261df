/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Both halves' loop: links, which are connections between the halves that carry
 * one of a check's connections each, and listeners.
 *
 *   near to far   HELLO " begin\n"   a near half begins: what an earlier one
 * has left, which may be gone without a word, is forgotten far to near   "ok\n"
 * ... it is a half near to far   HELLO " wait\n"    a link for whatever arrives
 *   far to near   "proxy\n", "self\n"   what arrived came from outside, or was
 *                                    dialled; what follows is its bytes
 *   near to far   HELLO " dial\n"    a link for a connection that the far half
 *                                    is to make to where the proxy's arrive;
 *                                    what follows is its bytes
 *
 * Nobody waits for a connection to be made: meanwhile all others would stand
 * still. A path that has gone silent is found by the links that wait.
 */
#ifndef GRACELAB_LINKS_H
#define GRACELAB_LINKS_H

#include "splice.h"

#define LINKS_HELLO "grace half 2"

/* The longest line that is said on a link, with its newline. */
#define LINKS_LINE_BYTES 32

/* More connections at once are not taken. */
#define LINKS_MOST 512

/* A descriptor that is watched until it has said a line. */
struct link {
	int fd;
	const char *hello; /* to be said once it is connected; NULL */
	char line[LINKS_LINE_BYTES];
	size_t bytes;
};

struct links {
	struct link links[LINKS_MOST]; /* `count` of them */
	size_t count;
	struct splice *splices[LINKS_MOST]; /* owned, `spliced` of them */
	size_t spliced;
	int listeners[2]; /* -1: none */
	void *context;
	/* Something has arrived at a listener; the descriptor is the caller's.
	 */
	void (*on_arrival)(struct links *links, int which, int fd);
	/* A link has said a line, which is terminated without its newline; or
	 * has ended: NULL. It is the links' no more. */
	void (*on_line)(struct links *links, int fd, const char *line);
	bool (*stops)(struct links *links);
};

/* Watches it until it has said a line; owned. It may still be connecting, and
 * is told `hello` then, a text that stays, or NULL. */
void links_watch(struct links *links, int fd, const char *hello);

/* Hands one on to the other, which is told `hello` first, or NULL. Either may
 * still be connecting. */
void links_splice(struct links *links, int one, int other, const char *hello);

/* Closes all that is handed on. */
void links_unsplice(struct links *links);

/* A socket that is about to connect or to listen for links: a peer that is
 * silent for some seconds is gone. */
void links_notice_silence(int fd);

/* A short line, which a fresh connection has room for. */
void links_say(int fd, const char *line);

/* Until `stops` says so. */
void links_run(struct links *links);

/* Closes all. */
void links_end(struct links *links);

#endif
