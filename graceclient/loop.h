/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The client's loop: select(2) over what is typed, the socket, signals and
 * timers.
 */
#ifndef GRACECLIENT_LOOP_H
#define GRACECLIENT_LOOP_H

#include "lib/event/report.h"
#include "options.h"

/*
 * Connects, and acts on lines from `input_fd` (-1: on options->script alone)
 * until they end and the connection with them. What happened is in the
 * report's status. Returns 0, or the signal that the process is to die by.
 */
int loop_run(const struct client_options *options, struct report *report,
	int input_fd);

#endif
