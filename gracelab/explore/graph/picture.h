/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The graph of an experiment's orders as a picture: SVG, or for Graphviz. */
#ifndef GRACELAB_EXPLORE_PICTURE_H
#define GRACELAB_EXPLORE_PICTURE_H

#include "gracelab/explore/explore.h"

enum picture_kind { PICTURE_SVG, PICTURE_DOT };

/*
 * Explores the graph, and draws it. False where it cannot. `*text`, for the
 * caller to free, is the picture or the reason; NULL there: no memory.
 */
bool picture_text(const struct experiment *experiment,
	const struct explore_options *options, enum picture_kind kind,
	char **text);

#endif
