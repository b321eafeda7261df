/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The calls of a program of others, told as events. */
#ifndef GRACELAB_FOREIGN_CALL_H
#define GRACELAB_FOREIGN_CALL_H

#include "foreign_members.h"

/* Whether the call, at whose entry its thread stands, would end at once. */
bool foreign_call_ends(const struct trace_call *call);

/* For free(3); NULL without memory. */
struct foreign *foreign_call_begin(struct cast *cast, unsigned who);

#endif
