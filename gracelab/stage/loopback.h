/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A loopback of one's own, as the kernel makes it, for programs that others
 * wrote. */
#ifndef GRACELAB_LOOPBACK_H
#define GRACELAB_LOOPBACK_H

#include <stdbool.h>

/*
 * Moves the calling process, which must have one thread only, to a network of
 * its own whose loopback is up. False where that is refused: the process is
 * where it was.
 */
bool loopback_leave_host(void);

#endif
