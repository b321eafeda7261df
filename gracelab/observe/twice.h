/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Packets that pass several interfaces: a bridge and its port, a VLAN and what
 * carries it, both ends of a pair. Each is to be seen once. */
#ifndef GRACELAB_TWICE_H
#define GRACELAB_TWICE_H

#include <stdbool.h>
#include <stdint.h>

#include "ring.h"

/* Zero-initialised. */
struct twice {
	struct {
		uint64_t print; /* of what no interface changes; 0: none */
		uint64_t time_ns;
		unsigned interface;
	} last[1024]; /* by print */
};

/*
 * Whether the same packet has passed another interface less than a second ago;
 * if not, it is remembered. What is sent again has another identification,
 * IPv4, or time, or passes the same interface. The packet is of TCP. Larger
 * ones that an interface divides are not known again.
 */
bool twice_is(struct twice *twice, const struct ring_packet *packet);

#endif
