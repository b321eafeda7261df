/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names that are nearly the same: what was meant by one that is none. */
#ifndef GRACE_NEAR_H
#define GRACE_NEAR_H

#include <stdbool.h>

/*
 * Whether `typed` may stand for `name`: it is the beginning of it, of three
 * characters at least, or differs by a letter too much, too few, wrong, or by
 * two that changed places; by two such in a name of more than eight letters.
 */
bool near_is(const char *typed, const char *name);

#endif
