/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GRACE_TESTS_PAIR_H
#define GRACE_TESTS_PAIR_H

#include <stdbool.h>

/*
 * A connection of TCP to ourselves, without Nagle's algorithm, that does not
 * block: fds[0] has connected, fds[1] was accepted. `little` says that the
 * kernel is to keep little of what fds[0] sends. The caller closes both.
 */
bool pair_make(int fds[2], bool little);

#endif
