/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every order of two programs that others wrote, `exec`: each side's typed
 * lines in their order, and each call on the connection whenever it would not
 * block. Who sleeps by the clock is waited for, as if it computed.
 *
 * An order begins where both have their connection, and ends when neither can
 * make a call: both have ended, or wait for what nobody will send. Each is
 * played from its beginning with fresh programs.
 */
#ifndef GRACELAB_EXPLORE_EXEC_H
#define GRACELAB_EXPLORE_EXEC_H

#include "gracelab/explore/explore.h"
#include "gracelab/play/play_options.h"

/* Whether both sides are such programs. */
bool exec_is(const struct experiment *experiment);

/* As explore_run() does; `play`: how. Wires and losses are not explored. */
bool exec_explore(const struct experiment *experiment,
	const struct explore_options *options, const struct play_options *play,
	struct explored *explored);

/*
 * Has one order played by whoever plays with these options: they are good for
 * one experiment, until exec_forget(). False without memory.
 */
bool exec_choose(struct play_options *play, const struct moves *moves);

void exec_forget(struct play_options *play);

#endif
