/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The picture's wire: an arrow from the row in which a segment left to the row
 * in which it arrived, so that those that cross on the wire cross here.
 */
#ifndef GRACELAB_SVG_WIRE_H
#define GRACELAB_SVG_WIRE_H

#include <stddef.h>

#include "svg_page.h"

/*
 * Draws a row's segment; one that waited is drawn in the row in which it
 * arrives or is lost. Texts are drawn behind all lines, so that none hides one.
 */
void svg_segment_line(const struct svg_page *page, size_t row);
void svg_segment_text(const struct svg_page *page, size_t row);

#endif
