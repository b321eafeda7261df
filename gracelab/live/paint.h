/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ladder on the screen: what is new of it, or the whole. */
#ifndef GRACELAB_LIVE_PAINT_H
#define GRACELAB_LIVE_PAINT_H

#include "inside.h"

/* Shows the rows that are new; the whole ladder where a row that stands there
 * is not what it was. */
void paint_rows(struct session *session);

/* Shows the whole ladder. */
void paint_all(struct session *session);

void paint_free(struct paint *paint);

#endif
