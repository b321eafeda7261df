/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rings of several interfaces, as one: their packets in order of time. */
#ifndef GRACELAB_RINGS_H
#define GRACELAB_RINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ring.h"

struct rings;

/*
 * Begins with the loopback, or with `all` interfaces that there are; who comes
 * later is found by rings_first(), some milliseconds after. What passes the
 * loopback, or several others, twice.h, is seen once. NULL with errno.
 */
struct rings *rings_open(bool all);

/* The earliest that was not taken, as ring_first(). */
bool rings_first(struct rings *rings, struct ring_packet *packet);

/* Takes what rings_first() has given. */
void rings_take(struct rings *rings);

/* Has a stream thinned, ring.h, or not any more; false: it is not, since too
 * many are. It may come whole all the same. */
bool rings_thin(struct rings *rings, struct ring_stream stream, bool thin);

/* ring_dropped() of all. */
unsigned rings_dropped(struct rings *rings);

/*
 * Whether all interfaces are looked at, and were before any packet passed them;
 * writes to `why`, terminated, why not.
 */
bool rings_are_all(const struct rings *rings, char *why, size_t why_size);

/* Readable while there is a packet; -1 and errno. */
int rings_fd(struct rings *rings);

/* NULL is allowed. */
void rings_close(struct rings *rings);

#endif
