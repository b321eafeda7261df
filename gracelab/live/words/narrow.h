/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ladder for a screen of less than 80 columns, of 40 at least: each call in
 * a line of its own, at its side, and below it the wire between the states. */
#ifndef GRACELAB_LIVE_NARROW_H
#define GRACELAB_LIVE_NARROW_H

#include <stdio.h>

#include "gracelab/record/record.h"

#define NARROW_COLUMNS 40

void narrow_write_head(FILE *out, const struct record *record);
void narrow_write_rung(
	FILE *out, const struct record *record, const struct rung *rung);

#endif
