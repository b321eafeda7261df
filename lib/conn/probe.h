/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * After EOF: has the peer ended one half or both? No read, poll or state
 * tells. A byte and a round trip do: a peer that still receives acknowledges
 * it, one that has closed answers with RST (RFC 9293 section 3.10.7.1). Of a
 * UNIX socket the kernel knows, and no byte is written.
 */
#ifndef GRACE_PROBE_H
#define GRACE_PROBE_H

#include <stdbool.h>
#include <stdint.h>

#include "conn.h"

/* How long the round trip may take, and how often it is looked at. */
#define PROBE_TIMEOUT_MS 2000
#define PROBE_LOOK_MS    1

struct probe {
	int64_t deadline_ms;
};

/* Writes the byte, where one is needed. True while the round trip is awaited.
 */
bool probe_begin(struct probe *probe, struct conn *conn);

/* True once there is a result, which was then reported. */
bool probe_finished(const struct probe *probe, struct conn *conn);

#endif
