/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A host's end of the wire: what its kernel sends is taken from here, and what
 * it is to receive is given here. Whole IP packets, one at a time.
 */
#ifndef GRACELAB_DEVICE_H
#define GRACELAB_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* The interface's name in its network. */
#define DEVICE_NAME "wire"

struct device;

/*
 * Makes the interface in the calling thread's network: a TUN device, or where
 * /dev/net/tun cannot be had a pair of veth(4) with packet sockets; DEVICE_NAME
 * is still down, without address. Returns a device for device_close(), or NULL
 * with step and errno, terminated, in why (why_size bytes).
 */
struct device *device_open(char *why, size_t why_size);

/* NULL is allowed. The interface goes, which waits for the kernel (tens of
 * milliseconds): hand over results before. */
void device_close(struct device *device);

/* Whether it is a TUN device. */
bool device_is_tun(const struct device *device);

/* To be brought up beside DEVICE_NAME, or NULL. */
const char *device_peer(const struct device *device);

/*
 * Takes the next packet that the host's kernel has sent, without waiting.
 * *packet is its bytes, valid until the next call with this device. Returns
 * its length, 0 if there is none, or -1 with errno (ENOBUFS: some were lost
 * for lack of room).
 */
ssize_t device_take(struct device *device, const uint8_t **packet);

/*
 * Has the host's kernel receive a packet. When this returns, the kernel has
 * acted on it, and what it sent upon it can be taken. Returns 0, or -1 with
 * errno.
 */
int device_give(struct device *device, const uint8_t *packet, size_t len);

/* A descriptor of which poll(2) says POLLIN if something can be taken; it may
 * do so too early. */
int device_descriptor(const struct device *device);

#endif
