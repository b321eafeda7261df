/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * UNIX sockets, unix(7): `unix:PATH` where a host could stand, and the file
 * that listening makes. `unix:@NAME` is the abstract name NAME.
 */
#ifndef GRACE_UNIX_H
#define GRACE_UNIX_H

#include <netdb.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/un.h>

#include "sizes.h"

#define UNIX_PREFIX "unix:"

/* The longest PATH or @NAME; sun_path has a terminator too. */
#define UNIX_PATH_BYTES (sizeof(((struct sockaddr_un *)0)->sun_path) - 1)

/* Whether the text begins with `unix:`. */
bool unix_is(const char *text);

/*
 * Reads `unix:PATH`, which unix_is() has found to be one, into `*address`.
 * Returns NULL, or what is wrong with it, a text that stays.
 */
const char *unix_parse(const char *text, struct sockaddr_un *address,
	socklen_t *address_bytes);

/* The same of a text that may be anything; nothing is wrong with another. */
const char *unix_wrong(const char *text);

/*
 * Writes `unix:PATH` to `out` (room for NET_ADDRESS_SIZE), escaped, since
 * strangers choose such names; `unix:(unnamed)` for an end that has none, as
 * most clients have.
 */
void unix_format(
	const struct sockaddr *address, socklen_t address_bytes, char *out);

/* Room for unix_peer_text(), with the address before it. */
#define UNIX_PEER_SIZE 64

/*
 * Writes ", pid 1234, uid 1000" of the process that connected or listened, by
 * SO_PEERCRED; "" of another socket than a UNIX one. Returns `out`.
 */
char *unix_peer_text(int fd, char *out);

/* A file that listening has made; all zero: none. */
struct unix_file {
	char path[sizeof(((struct sockaddr_un *)0)->sun_path)];
	dev_t device;
	ino_t inode;
};

/*
 * A non-blocking listening socket at `unix:PATH` that nobody but the user may
 * connect to (mode 0600). A socket left over there, at which nobody listens,
 * is replaced; any other file is left alone. What was made goes to `*file`, for
 * unix_remove(). Returns the descriptor, for the caller to close; or -1 with
 * the message in `error` (room for NET_ERROR_SIZE), and errno.
 */
int unix_listen(const char *text, struct unix_file *file, char *error);

/* Removes the file, if it is still the one that was made; forgets it. */
void unix_remove(struct unix_file *file);

/*
 * Connects a new non-blocking socket, waiting up to `timeout_ms` (-1: for ever)
 * while the listener's queue is full; with 0 not at all. A signal that asks the
 * process to end ends it too. Returns it, or -1 with errno.
 */
int unix_connect(const struct addrinfo *address, int64_t timeout_ms);

#endif
