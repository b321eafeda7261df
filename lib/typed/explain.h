/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What `help COMMAND` says beyond the line of the table. */
#ifndef GRACE_EXPLAIN_H
#define GRACE_EXPLAIN_H

#include "command.h"

struct explanation {
	const char *text;    /* one paragraph */
	const char *example; /* lines to type, each `LINE  what it does` */
};

/* Never NULL for a command of the table. */
const struct explanation *explain(enum command_id id);

#endif
