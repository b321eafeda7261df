/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `help`: the table of commands, or one of them explained. */
#ifndef GRACE_HELP_H
#define GRACE_HELP_H

#include "command.h"
#include "lib/event/report.h"

/* Writes it in as many columns as there are; `topic` may be NULL. */
void help(struct report *report, const struct command_spec *topic);

#endif
