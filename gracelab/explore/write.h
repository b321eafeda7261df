/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was explored, as text and as JSON. */
#ifndef GRACELAB_EXPLORE_WRITE_H
#define GRACELAB_EXPLORE_WRITE_H

#include <jansson.h>
#include <stdio.h>

#include "explore.h"

/* The table, and the sentence that sums up. */
void write_text(FILE *out, const struct experiment *experiment,
	const struct explore_options *options, const struct explored *explored);

/* A new reference, or NULL without memory. */
json_t *write_json(const struct experiment *experiment,
	const struct explore_options *options, const struct explored *explored);

#endif
