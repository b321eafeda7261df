/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A text that is sent again and again. */
#ifndef GRACECLIENT_EVERY_H
#define GRACECLIENT_EVERY_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/conn/conn.h"
#include "lib/event/report.h"
#include "lib/typed/command.h"

/* Zero-initialised: nothing is repeated. */
struct every {
	char *text; /* owned; NULL: nothing is repeated */
	size_t text_bytes;
	int64_t interval_ms, due_ms;
};

/* Begins, with the first time due now. */
void every_start(struct every *every, const struct command *command,
	struct report *report);

void every_stop(struct every *every);

/*
 * Sends the text if it is due and the last one is on its way; stops once the
 * connection refuses it.
 */
void every_run(struct every *every, struct conn *conn, struct report *report);

/* When every_run() must be called again; -1: no such time. */
int64_t every_due_ms(const struct every *every, const struct conn *conn);

#endif
