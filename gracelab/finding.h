/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A finding as a ladder: what our client and our server called, and what went
 * over the wire on both sides of the proxy, in the order of time.
 */
#ifndef GRACELAB_FINDING_H
#define GRACELAB_FINDING_H

#include <stdint.h>

#include "lib/event.h"
#include "segment.h"

struct finding;

/* Begins one, for finding_end(); NULL without memory. */
struct finding *finding_begin(uint16_t front_port, uint16_t back_port);

/* Notes an event of a side: CLIENT or SERVER of record.h. */
void finding_event(
	struct finding *finding, int side, const struct event *event);

/* Notes a segment of either hop, pure ACKs aside. */
void finding_segment(struct finding *finding, const struct segment *segment);

/*
 * The ladder as text under `title`, for the caller to free; NULL without
 * memory.
 */
char *finding_text(struct finding *finding, const char *title);

void finding_end(struct finding *finding);

#endif
