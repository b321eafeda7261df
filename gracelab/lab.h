/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Plays experiments side by side, each in a process of its own. */
#ifndef GRACELAB_LAB_H
#define GRACELAB_LAB_H

#include "experiment.h"
#include "play.h"
#include "record.h"

/*
 * Plays `count` experiments. on_record is called once for each, in their
 * order, as soon as it and all before it have been played; the record is
 * freed behind it. A play that fails or whose process dies gives a record with
 * a failure. Nobody is left behind when this returns, nor when this process is
 * killed.
 */
void lab_play(struct experiment *const *experiments, size_t count,
	const struct play_options *options,
	void (*on_record)(
		void *context, size_t index, const struct record *record),
	void *context);

#endif
