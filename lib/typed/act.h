/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands that act at once on one connection, for both programs. */
#ifndef GRACE_ACT_H
#define GRACE_ACT_H

#include "command.h"
#include "lib/conn/conn.h"
#include "lib/event/report.h"

/*
 * Does what the command says; its table entry has on_connection. `conn` may be
 * NULL or closed. What cannot be done is reported and counted in the status.
 * COMMAND_READ and COMMAND_REPLY are the program's own.
 */
void act(struct conn *conn, const struct command *command,
	struct report *report);

/*
 * `WHAT: why` on standard error; the exit status will be 2. For a command that
 * makes no sense at this time.
 */
void act_refuse(struct report *report, const char *what, const char *why);

/*
 * `WHAT PATH: ERRNO (why)` likewise, of what the system refused; the exit
 * status will be 1. `path` may be NULL.
 */
void act_failed(
	struct report *report, const char *what, const char *path, int error);

#endif
