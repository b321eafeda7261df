/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Draws a graph of orders. */
#ifndef GRACELAB_EXPLORE_PICTURE_DRAW_H
#define GRACELAB_EXPLORE_PICTURE_DRAW_H

#include <stdio.h>

#include "graph.h"

void picture_draw_dot(FILE *out, const struct experiment *experiment,
	const struct graph *graph);

/* False without memory; what was written is no picture then. */
bool picture_draw_svg(FILE *out, const struct experiment *experiment,
	const struct graph *graph);

/* What a move is called: `c data1`, `s reads`, `answer`; terminated. */
#define PICTURE_LABEL_SIZE 64
void picture_label(const struct graph_edge *edge, char *out);

/* What an end is, in two lines, terminated. */
#define PICTURE_LINE_SIZE 96
void picture_ending(
	struct ending ending, double orders, char *what, char *told);

#endif
