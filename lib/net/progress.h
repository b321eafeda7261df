/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How far one direction of a connection has come, by its segments. Pure. */
#ifndef GRACE_PROGRESS_H
#define GRACE_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/side.h"
#include "segment.h"

/*
 * Sequence numbers, which wrap. A FIN is not counted. Zero-initialised: its SYN
 * was not seen, and nothing is known.
 */
struct progress {
	bool known;
	uint32_t first; /* of its data */
	uint32_t sent;  /* behind the last that was seen */
	uint32_t acked; /* all before that is, as far as segments say */
	uint32_t given; /* bytes by calls, for who counts them */
};

/* No window is wider (RFC 7323, section 2.3). */
#define PROGRESS_WINDOW_MAX ((uint32_t)1 << 30)

/* All before that sequence number was sent, though not seen; by how many bytes
 * more, 0 where that is not within a window or nothing is known. */
uint32_t progress_reach(struct progress *progress, uint32_t sent);

/* Takes in a segment of that side's. Those that are not seen may be few or
 * many: what was sent and acknowledged is as they say that come behind. */
void progress_heed(struct progress sides[SIDES], enum side sender,
	const struct segment *segment);

/* Whether all that was given was sent, and acknowledged. */
bool progress_rests(const struct progress *progress);

#endif
