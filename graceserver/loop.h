/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The server's loop: epoll(7) over connections, commands and the listener. */
#ifndef GRACESERVER_LOOP_H
#define GRACESERVER_LOOP_H

#include "lib/event/report.h"
#include "options.h"

/*
 * Listens and serves until it is told to end: a signal, `quit`, or the end of
 * the one connection of --once. What happened is in the report's status.
 */
void loop_run(const struct server_options *options, struct report *report);

#endif
