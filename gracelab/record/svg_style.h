/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GRACELAB_SVG_STYLE_H
#define GRACELAB_SVG_STYLE_H

/* The picture's style sheet, for light and dark; terminated. */
extern const char svg_style[];

#endif
