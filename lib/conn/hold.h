/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A second reference to a socket: dup(2) here, or a forked child's. */
#ifndef GRACE_HOLD_H
#define GRACE_HOLD_H

#include <stdbool.h>

struct hold;

/*
 * Holds the descriptor's open file description until hold_release() or the
 * end of this process. Returns it, for hold_release() to free, or NULL with
 * errno.
 */
struct hold *hold_take(int fd, bool by_child);

/* The duplicate, which stays the hold's; -1 where a child has it. */
int hold_descriptor(const struct hold *hold);

/* Drops the reference: when this returns, the kernel has dropped it too. */
void hold_release(struct hold *hold);

/* Frees the memory alone; the reference lives until this process ends. */
void hold_forget(struct hold *hold);

#endif
