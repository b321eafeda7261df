/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A program of others started as an actor. */
#ifndef GRACELAB_FOREIGN_START_H
#define GRACELAB_FOREIGN_START_H

#include "members.h"

/*
 * Starts `exec` and the words behind it, traced by the member's tracer, with
 * pipes for its terminal. NULL, or what went wrong, cast_say(); cast->lacks
 * then says that the program or the right to trace it is not to be had.
 */
const char *foreign_start(
	struct cast *cast, unsigned who, const struct words *words);

#endif
