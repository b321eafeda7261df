/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A folder for UNIX sockets that a subject and we share. */
#ifndef GRACELAB_SOCKETS_H
#define GRACELAB_SOCKETS_H

#include <stdbool.h>
#include <sys/un.h>

/* Zero-initialised: there is none. */
struct sockets {
	char folder[64]; /* terminated; "": none */
};

/* A path in there, as short as a UNIX socket's address has to be. */
struct sockets_path {
	char text[sizeof(((struct sockaddr_un *)0)->sun_path)];
};

/*
 * Makes the folder, in $TMPDIR where that leaves room, for this user alone.
 * Nothing where it is there already. False with errno.
 */
bool sockets_open(struct sockets *sockets);

/* The path of the socket NAME-NUMBER in there. */
struct sockets_path sockets_at(
	const struct sockets *sockets, const char *name, unsigned number);

/* Removes the folder with all that was made in it. */
void sockets_close(struct sockets *sockets);

#endif
