/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was explored, as text and as JSON. */
#ifndef GRACELAB_EXPLORE_WRITE_H
#define GRACELAB_EXPLORE_WRITE_H

#include <jansson.h>

#include "explore.h"

/*
 * The table, and the sentence that sums up; for free(). NULL without memory.
 * The experiment's texts stand in it as they are.
 */
char *write_text(const struct experiment *experiment,
	const struct explore_options *options, const struct explored *explored);

/* A new reference, or NULL without memory. */
json_t *write_json(const struct experiment *experiment,
	const struct explore_options *options, const struct explored *explored);

#endif
