/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The table of all orders by their merged tree: each move of each state is
 * played once, and the ways are counted. For more orders than can be played.
 */
#ifndef GRACELAB_EXPLORE_MERGED_H
#define GRACELAB_EXPLORE_MERGED_H

#include "gracelab/explore/explore.h"
#include "graph.h"

/* As explore_run(); of the options, those that say what an order is. */
bool merged_run(const struct experiment *experiment,
	const struct explore_options *options, struct explored *explored);

#endif
