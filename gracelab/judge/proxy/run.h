/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * All checks of a proxy in their order. What is played side by side is trusted
 * where the proxy has shown meanwhile that it serves; the rest is played again,
 * alone.
 */
#ifndef GRACELAB_RUN_H
#define GRACELAB_RUN_H

#include "run_inside.h"

/* Plays all; the results have their rows then. False without memory. */
bool run_all(struct run *run, const struct run_options *options,
	struct place *place, struct results *results);

void run_free(struct run *run);

#endif
