/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The head of an experiment, written again. */
#ifndef GRACELAB_EXPLORE_HEADING_H
#define GRACELAB_EXPLORE_HEADING_H

#include <stdio.h>

#include "gracelab/experiment/experiment.h"

/*
 * Writes its head lines, but for `explore`, and, `wired`, that there is a wire
 * and that all waits on it. `about` goes behind the title.
 */
void heading_write(FILE *out, const struct experiment *experiment,
	const char *about, bool wired);

#endif
