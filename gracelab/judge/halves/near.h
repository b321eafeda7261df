/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The half of a check that judges, as far as it finds the other. */
#ifndef GRACELAB_NEAR_H
#define GRACELAB_NEAR_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct near {
	pid_t child; /* that hands on; 0: none */
};

/*
 * Joins the far half at `other`, a HOST:PORT, by a process of its own. What
 * arrives there is handed to the listener at the port `through` of 127.0.0.1;
 * what connects to `*direct`, which is filled in, goes to the far half and from
 * there, without the proxy, to the listener at `direct_port`. Returns NULL, or
 * why not, for the caller to free.
 */
char *near_join(struct near *near, const char *other, uint16_t through,
	uint16_t direct_port, struct sockaddr_in *direct);

/* Whether the far half was lost meanwhile. */
bool near_is_lost(struct near *near);

/* Ends the process. */
void near_leave(struct near *near);

#endif
