/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The actors' private folder, which nothing of one play outlives. */
#ifndef GRACELAB_SCRATCH_H
#define GRACELAB_SCRATCH_H

#include "gracelab/experiment/experiment.h"

/*
 * A folder with the experiment's files in it. Where the process may, in a
 * mount namespace of its own, it is a detached tmpfs (fsmount(2)), which the
 * kernel drops with the last process that uses it; else it is made in TMPDIR
 * and removed as soon as this process has ended. Returns a descriptor, for the
 * caller to close, or -1 with errno.
 */
int scratch_open(const struct experiment *experiment);

#endif
