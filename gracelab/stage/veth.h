/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A device as device.h has it, of a veth(4) pair and packet(7) sockets: both
 * ends lie in the host's own network, and only one has an address. What the
 * host sends is seen as it leaves that end; what it is to receive is sent from
 * the other.
 */
#ifndef GRACELAB_VETH_H
#define GRACELAB_VETH_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* The end without an address. */
#define VETH_PEER "wire-end"

struct veth;

/*
 * Makes the pair in the calling thread's network; `name` is the end that is to
 * have an address. The calling thread is bound to the processor it runs on
 * (sched_setaffinity(2)): what it sends is received in order only there.
 */
struct veth *veth_open(const char *name, char *why, size_t why_size);

/* The rest is as with device.h. */
void veth_close(struct veth *veth);
ssize_t veth_take(struct veth *veth, const uint8_t **packet);
int veth_give(struct veth *veth, const uint8_t *packet, size_t len);
int veth_descriptor(const struct veth *veth);

#endif
