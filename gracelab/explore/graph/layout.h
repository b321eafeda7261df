/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where the states of a graph stand in a picture: in columns by the longest way
 * to them, and in a column so that few ways cross. All ends of one class are
 * one place, in the last column. Pure.
 */
#ifndef GRACELAB_EXPLORE_LAYOUT_H
#define GRACELAB_EXPLORE_LAYOUT_H

#include "graph.h"

/* A state, an end, or where a way passes a column. */
struct layout_place {
	size_t column;
	double y;      /* in units of the distance between two states */
	double room;   /* that it needs above and below */
	double middle; /* while it is being placed */
	size_t node;   /* of a state; else LAYOUT_NONE */
	size_t end;    /* of an end; else LAYOUT_NONE */
};

#define LAYOUT_NONE SIZE_MAX

/* A move from a place to another, through the columns between them. */
struct layout_way {
	const struct graph_node *from;
	const struct graph_edge *edge;
	size_t *places; /* owned: from the first to the last */
	size_t count;
};

struct layout_end {
	struct ending ending;
	double orders;
	size_t place;
};

struct layout {
	struct layout_place *places; /* owned */
	size_t place_count;
	struct layout_way *ways; /* owned */
	size_t way_count;
	struct layout_end ends[TABLE_CLASSES];
	size_t end_count;
	size_t columns;
	double height; /* the greatest y */
};

/* For layout_free() in any case; false without memory. */
bool layout_make(struct layout *layout, const struct graph *graph);

void layout_free(struct layout *layout);

#endif
