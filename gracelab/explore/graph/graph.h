/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The tree of orders, merged where states agree: a graph without circles, in
 * which each way from the first state to an end is an order.
 */
#ifndef GRACELAB_EXPLORE_GRAPH_H
#define GRACELAB_EXPLORE_GRAPH_H

#include <stdint.h>

#include "gracelab/explore/order/site.h"
#include "gracelab/explore/table.h"

struct graph_edge {
	enum order_move move;
	size_t to;                       /* a node, always a later one */
	const struct step *step;         /* of a line: which */
	char segment[SEGMENT_TEXT_SIZE]; /* of a segment: its name, or "" */
};

/* A state. Those that follow from it come later in the list. */
struct graph_node {
	struct graph_edge edges[ORDER_MOVES];
	size_t edge_count; /* 0: an end, and so: */
	struct ending ending;
	unsigned depth;  /* the longest way to it, in moves */
	uint64_t orders; /* how many ways there are from here to an end */
	uint64_t lost;   /* ... to one at which something is lost */
	uint64_t ways;   /* how many lead here from where all begin */
};

struct graph {
	struct graph_node *nodes; /* owned; the first is where all begin */
	size_t count;
};

/* More states than this are no picture. */
#define GRAPH_NODES 20000

/*
 * Plays each move of each state once, on a site, and fills the graph, for
 * graph_free() in any case. False where it cannot: site->ground->why.
 */
bool graph_explore(struct graph *graph, struct site *site);

void graph_free(struct graph *graph);

#endif
