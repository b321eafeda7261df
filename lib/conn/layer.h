/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What lies between a connection and its socket, where something does: TLS. */
#ifndef GRACE_LAYER_H
#define GRACE_LAYER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Both as the calls of that name, which do not block; of `more`, MSG_MORE. */
struct conn_layer {
	ssize_t (*send)(void *under, const void *data, size_t len, bool more);
	ssize_t (*recv)(void *under, void *buffer, size_t size);
};

#endif
