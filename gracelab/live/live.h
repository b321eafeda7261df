/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The laboratory by hand: lines are typed at a terminal, or come by a pipe, and
 * after each the ladder grows by its rows.
 */
#ifndef GRACELAB_LIVE_H
#define GRACELAB_LIVE_H

#include "live_options.h"

/* Returns the exit status. */
int live_run(const struct live_options *options);

#endif
