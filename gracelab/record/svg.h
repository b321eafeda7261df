/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The record as a picture: lifelines, state spans, an arrow a segment. */
#ifndef GRACELAB_SVG_H
#define GRACELAB_SVG_H

#include <stdio.h>

#include "record.h"

/* Writes a whole SVG document, UTF-8, whatever bytes the record has. */
void svg_write(FILE *out, const struct record *record);

#endif
