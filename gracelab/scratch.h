/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The actors' private folder, which nothing of one play outlives. */
#ifndef GRACELAB_SCRATCH_H
#define GRACELAB_SCRATCH_H

#include "experiment.h"

/*
 * An empty folder with the experiment's files in it. Where the process may, in
 * a mount namespace of its own, it is a detached tmpfs (fsmount(2)), which the
 * kernel drops with the last process that uses it; else it is made in TMPDIR
 * and its path is left in *path, owned, for scratch_close(). Returns a
 * descriptor, or -1 with errno.
 */
int scratch_open(const struct experiment *experiment, char **path);

/* Closes it, and removes the folder with the files in it if it has a path. */
void scratch_close(int fd, char *path);

#endif
