/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `gracelab explore`, and explored experiments for play, check and record. */
#ifndef GRACELAB_ORDERS_H
#define GRACELAB_ORDERS_H

#include "program.h"

int orders_run(int argc, char **argv);

/*
 * Plays the program's experiments, and explores those whose head says so, as
 * parallel_play() does: on_record is called once for each, in their order. The
 * record of one that was explored has a table, and no rungs.
 */
void orders_play(struct program *program,
	void (*on_record)(
		void *context, size_t index, const struct record *record),
	void *context);

#endif
