/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Plays experiments side by side, each in a process of its own. */
#ifndef GRACELAB_PARALLEL_H
#define GRACELAB_PARALLEL_H

#include "gracelab/experiment/experiment.h"
#include "gracelab/record/record.h"
#include "play.h"

/*
 * Plays `count` experiments. on_record is called once for each, in their
 * order, as soon as it and all before it have been played; the record is
 * freed behind it. A play that fails or whose process dies gives a record with
 * a failure. Nobody is left behind when this returns, nor when this process is
 * killed.
 */
void parallel_play(struct experiment *const *experiments, size_t count,
	const struct play_options *options,
	void (*on_record)(
		void *context, size_t index, const struct record *record),
	void *context);

#endif
