/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What holds up the lines behind it: sleep, wait, probe, a close that lingers.
 */
#ifndef GRACE_PACE_H
#define GRACE_PACE_H

#include <stdbool.h>
#include <stdint.h>

#include "command.h"
#include "lib/conn/conn.h"
#include "lib/conn/probe.h"
#include "lib/event/report.h"

enum pace_kind {
	PACE_NONE,
	PACE_SLEEP,
	PACE_WAIT,
	PACE_PROBE,
	PACE_CLOSE, /* a close(2) that lingers has not returned */
};

/* The program's connections; `context` is handed through. */
struct pace_conns {
	/* The connection that commands act on, or NULL. */
	struct conn *(*target)(void *context);
	/* The connection with this number, or NULL once it is gone. */
	struct conn *(*find)(void *context, unsigned number);
	void *context;
};

struct pace {
	struct pace_conns conns;
	struct report *report;
	bool says; /* to a person, that it waits and how to end that */
	enum pace_kind kind;
	enum awaited await;  /* PACE_WAIT */
	unsigned conn;       /* whose, but for PACE_SLEEP; 0: none yet */
	int64_t deadline_ms; /* PACE_SLEEP, PACE_WAIT; -1: none */
	struct probe probe;
	bool gave_up; /* a wait has ended without what it waited for */
};

/* Each begins; pace->kind is PACE_NONE behind it if there is no need to wait.
 */
void pace_sleep(struct pace *pace, const struct command *command);
void pace_wait(struct pace *pace, const struct command *command);
void pace_probe(struct pace *pace);

/* The connection's close(2) is under way in a thread. */
void pace_close(struct pace *pace, const struct conn *conn);

/* True, and pace->kind is PACE_NONE, once the next line may be acted on. */
bool pace_is_over(struct pace *pace);

/* Ends what holds lines up, and says so; false where nothing does. */
bool pace_stop(struct pace *pace);

/* When pace_is_over() must be asked again at the latest; -1: no such time. */
int64_t pace_due_ms(const struct pace *pace);

#endif
