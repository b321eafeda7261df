/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The device under test: a proxy that the lab starts and ends itself. */
#ifndef GRACELAB_DEVICE_H
#define GRACELAB_DEVICE_H

#include <stdint.h>
#include <sys/types.h>

#include "gracelab/observe/kernel.h"

struct device {
	pid_t pid;  /* of the process that looks after it; 0: not started */
	int output; /* what it says, a memfd */
};

struct device_ports {
	uint16_t listen;  /* where the proxy is to listen */
	uint16_t backend; /* where it is to connect to, on 127.0.0.1 */
};

/*
 * Starts the command, a list that ends with NULL, with {listen} replaced by
 * the port and {backend} by 127.0.0.1:PORT in each of its words
 * ({backend_port} by that port alone). Where the process may, it is in a PID
 * namespace of its own, so that whatever it leaves in the background ends with
 * it. Returns 0, or -1 with errno.
 */
int device_start(struct device *device, char *const *command,
	const struct device_ports *ports);

/*
 * Waits until somebody listens on the port, as the kernel's table tells: a
 * connection would reach the backend. Returns NULL, or why not, terminated,
 * with what the device has said; for the caller to free.
 */
char *device_await(struct device *device, struct kernel *kernel, uint16_t port,
	int64_t patience_ms);

/* Ends it and all that it has started. */
void device_end(struct device *device);

#endif
