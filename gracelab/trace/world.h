/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All threads of a process made to stop, so that its code can be changed. */
#ifndef GRACELAB_WORLD_H
#define GRACELAB_WORLD_H

#include "tracing.h"

/*
 * Stops the others of its process; what they have stopped about is kept for
 * world_next(). False: one does not stop, vfork(2).
 */
bool world_stop(struct tracer *tracer, const struct thread *thread);

/* Those of them that stand at `from` go on at `to`. */
void world_move(struct tracer *tracer, const struct thread *thread,
	uint64_t from, uint64_t to);

/* Keeps for world_next() what waitpid(2) has given of a thread. */
void world_keep(struct tracer *tracer, struct thread *thread, int status);

/* A thread of which something is kept, with what waitpid(2) has given; NULL:
 * there is none. */
struct thread *world_next(struct tracer *tracer, int *status);

#endif
