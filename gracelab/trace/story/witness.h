/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The story of what a tracer tells: what is made of each call. */
#ifndef GRACELAB_WITNESS_H
#define GRACELAB_WITNESS_H

#include "members.h"

/* The hooks for a tracer; the story must outlive it. */
struct tracer_hooks witness_hooks(struct story *story);

#endif
