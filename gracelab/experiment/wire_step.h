/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is done with the wire, and what must be seen on it. */
#ifndef GRACELAB_WIRE_STEP_H
#define GRACELAB_WIRE_STEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/side.h"
#include "lib/net/segment.h"
#include "scan.h"

enum wire_verb {
	VERB_HOLD,
	VERB_PASS,
	VERB_DROP,
	VERB_COPY,
	VERB_RELEASE,
	VERB_CUT,
	VERB_MEND,
	VERB_FORGE,
	VERB_AWAIT, /* no verb in a file: `wire: SEGMENT` */
};

struct wire_step {
	enum wire_verb verb;
	bool has_side;
	enum side side; /* HOLD, PASS, DROP, COPY, AWAIT, FORGE: whose */
	/* Of PASS, DROP, COPY, FORGE, AWAIT; for AWAIT without: nothing. */
	bool has_segment;
	struct segment segment; /* flags and payload_bytes alone */
	/* FORGE: beside the numbers that the side would send; modulo 2^32. */
	bool has_ack, has_window;
	uint32_t seq, ack;
	uint16_t window;
};

/* The verb number `index` by its name in a file, or NULL; it stays. */
const char *wire_verb_name(size_t index);

/* Takes what stands behind `wire>`, or behind `wire:`. */
bool wire_step_take(struct scan *scan, struct wire_step *step);
bool wire_step_take_await(struct scan *scan, struct wire_step *step);

/* Room for wire_step_text(). */
#define WIRE_STEP_TEXT_SIZE (SEGMENT_TEXT_SIZE + 8)

/* Writes which segment is meant, `client data 5`, terminated. */
void wire_step_text(const struct wire_step *step, char *out);

#endif
