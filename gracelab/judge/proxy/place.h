/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where a proxy is tested, and the proxy itself. */
#ifndef GRACELAB_PLACE_H
#define GRACELAB_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gracelab/judge/halves/near.h"
#include "gracelab/judge/relay/relay.h"
#include "gracelab/judge/relay/secure.h"
#include "gracelab/judge/subject/held.h"
#include "gracelab/judge/subject/sockets.h"
#include "gracelab/judge/subject/subject.h"
#include "gracelab/observe/kernel.h"
#include "lib/net/unix.h"

/* Filled in by the caller; place_open() does the rest. */
struct place_options {
	struct line_plan line; /* what the loopback is like; all zero: itself */
	char **command; /* of argv, ends with NULL; NULL: a proxy that runs */
	const char *front_host; /* ... listens there, */
	uint16_t front_port;    /* and here (0: unix:PATH is front_host), */
	uint16_t back_port;     /* and connects to us here */
	const char *back_host;  /* ... at this address; NULL: 127.0.0.1 */
	const char *back_unix;  /* ... or at this unix:PATH; or NULL */
	struct secure_options secure;  /* TLS on either side */
	struct sockaddr_storage front; /* the same, resolved */
	socklen_t front_bytes;
	bool no_calls; /* what the command calls is not looked at */
};

struct place {
	const struct place_options *options; /* borrowed */
	const sigset_t *outside;             /* borrowed */
	bool is_private;                     /* a network of its own */
	struct relay_place where;
	struct kernel *kernel; /* NULL: not to be had */
	struct subject subject;
	struct subject_ports ports;
	unsigned started; /* how often */
	int told[2];      /* where its calls are told, teller.h; -1: nowhere */
	char no_calls[200];     /* why they are not told; "": they are */
	struct sockets sockets; /* where our UNIX sockets and its are */
	struct sockets_path front_path, back_path;
	struct unix_file files[RELAY_WAYS]; /* of our listeners */
	struct secure secure;
	struct near *near; /* borrowed; NULL: the check has no halves */
};

/* Writes what is judged, "proxy socat, TLS before it", terminated. */
void place_name(const struct place_options *options, char *out, size_t size);

/* Whether the command has that in one of its words. */
bool place_uses(const struct place_options *options, const char *name);

/* Whether either side of the proxy is a UNIX socket. */
bool place_has_unix(const struct place *place);

/*
 * Resolves `front_host` and `front_port` into `front`. Returns NULL, or why
 * not, never to be freed: gai_strerror(3).
 */
const char *place_resolve(struct place_options *options);

/*
 * Gets everything ready, in a private network if a proxy is to be started and
 * that may be had; starts the proxy. Returns NULL, or why not, for the caller
 * to free. place_close() in any case.
 */
char *place_open(struct place *place, const struct place_options *options,
	const sigset_t *outside);

/*
 * A fresh proxy in place of what is left of the last; at another port, which
 * the last cannot have left in TIME_WAIT. Returns as place_open().
 */
char *place_restart(struct place *place);

/* Whether the proxy has ended, as far as can be seen from here. */
bool place_has_ended(struct place *place);

/* Waits, boundedly, until the proxy listens; one may pause between clients. */
void place_await_listener(struct place *place);

/* The name of the program that listens; "" where it cannot be seen. */
void place_name_program(struct place *place, char *name, size_t size);

/* One of the proxy's sockets. */
struct place_socket {
	enum side hop; /* CLIENT: towards our client */
	uint16_t port; /* of our end, or its own towards our server; 0: UNIX */
	ino_t inode;
};

/* Our end of a hop: by its port, or, where that is 0, by its descriptor. */
struct place_end {
	enum side hop;
	uint16_t port;
	int fd;
};

/*
 * The proxy's socket at a hop, while the connection stands; false where it
 * cannot be seen.
 */
bool place_find_socket(struct place *place, const struct place_end *end,
	struct place_socket *socket);

/* What has become of what one end has sent, in bytes. */
struct place_inside {
	int64_t coming; /* what the proxy has not read yet, */
	int64_t unread; /* of that what waits in its socket; */
	int64_t read;   /* what it has read, and */
	int64_t held;   /* of that what is neither read by the other end, nor in
			 * a socket; some less than 0 where TLS adds to it */
};

/* The same of a play whose server is known; false where it cannot be seen. */
bool place_look_inside(struct place *place, const struct play *play,
	enum side sender, struct place_inside *inside);

/* Looks, and notes with the sender whether the proxy has read on. Returns for
 * how long nothing has been sent, or read by it. */
int64_t place_still_ms(struct place *place, struct play *play, enum side sender,
	struct place_inside *inside);

/* More than what fills a proxy, unless it takes whatever comes. */
#define PLACE_FILL_BYTES (32 * 1024 * 1024)

/*
 * What becomes of what an end sends through the proxy, for between.takes. The
 * play's size was about what it takes: it grows up to PLACE_FILL_BYTES while it
 * takes more, and becomes what was sent where that is enough.
 */
enum between_takes place_takes(
	struct place *place, struct play *play, struct party *end);

/*
 * The state of a socket that the proxy holds still; CLOSE where both halves
 * have ended, but for its descriptor.
 */
enum tcp_state place_socket_state(
	struct place *place, const struct place_socket *socket);

void place_close(struct place *place);

#endif
