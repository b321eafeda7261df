/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A finding as a ladder: what our client and our server called, and what went
 * over the wire on both sides of the proxy, in the order of time.
 */
#ifndef GRACELAB_EVIDENCE_H
#define GRACELAB_EVIDENCE_H

#include <stdint.h>

#include "lib/event/event.h"
#include "lib/net/segment.h"

struct evidence;

/* Begins one, for evidence_end(); NULL without memory. */
struct evidence *evidence_begin(uint16_t front_port, uint16_t back_port);

/* Notes an event of a side: CLIENT or SERVER of record.h. */
void evidence_event(
	struct evidence *finding, int side, const struct event *event);

/* Notes a segment of either hop, pure ACKs aside. */
void evidence_segment(struct evidence *finding, const struct segment *segment);

/*
 * The ladder as text under `title`, for the caller to free; NULL without
 * memory.
 */
char *evidence_text(struct evidence *finding, const char *title);

void evidence_end(struct evidence *finding);

#endif
