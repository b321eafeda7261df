/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where clients are received: a network of their own, if that may be had. */
#ifndef GRACELAB_HALL_H
#define GRACELAB_HALL_H

#include <stdbool.h>
#include <stddef.h>

#include "gracelab/judge/visit/visit.h"
#include "gracelab/observe/capture.h"

struct hall {
	bool is_private;
	struct kernel *kernel;   /* NULL: not to be had */
	struct capture *capture; /* NULL: the wire is not seen */
	unsigned lost_segments;  /* that the capture had no room for */
};

/* hall_close() in any case. */
void hall_open(struct hall *hall);

/*
 * Plays visits that wait, `jobs` at most side by side, to their end. False with
 * errno where a program could not be started; also false once `stops` says so.
 */
bool hall_play(struct hall *hall, struct visit *const visits[], size_t count,
	unsigned jobs, bool (*stops)(void));

void hall_close(struct hall *hall);

#endif
