/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A segment as an arrow of characters, for the ladder's wire column. */
#ifndef GRACELAB_ARROW_H
#define GRACELAB_ARROW_H

#include "record.h"
#include "text.h"

/* How wide every arrow is, and the room for one, terminator included. */
#define ARROW_COLUMNS 12
#define ARROW_SIZE    (TEXT_LABEL_SIZE + 4 * ARROW_COLUMNS)

/*
 * Draws a rung's segment to `out`, terminated. A tip is where it arrives:
 *
 *     ─── FIN ───▶    at once
 *     ─── FIN ╌╌╌╌    it leaves in this row,
 *     ╌╌╌ FIN ───▶    and arrives in this;
 *     ─── FIN ─✕      it is lost on its way.
 *     ═══ RST ═══▶    Nobody sent it.
 */
void arrow_draw(char *out, const struct rung *rung);

#endif
