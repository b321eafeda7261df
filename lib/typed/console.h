/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whoever types: takes lines in order, parses them, has them acted on and says
 * when each is done. What paces a script (sleep, wait, probe) is here; what a
 * command does is the program's.
 */
#ifndef GRACE_CONSOLE_H
#define GRACE_CONSOLE_H

#include <stdbool.h>
#include <stdint.h>

#include "editor.h"
#include "lib/conn/conn.h"
#include "lib/conn/probe.h"
#include "lib/event/report.h"

/* The program's part; `context` is handed through. */
struct console_program {
	/* Acts on any command but sleep, wait, probe and help. */
	void (*act)(void *context, const struct command *command);
	/* The connection that commands act on, or NULL. */
	struct conn *(*target)(void *context);
	/* The connection with this number, or NULL once it is gone. */
	struct conn *(*find)(void *context, unsigned number);
	/* A line was typed, whatever it holds; may be NULL. */
	void (*line_came)(void *context);
	/* No line can be taken at this time; may be NULL. */
	bool (*busy)(void *context);
	/* A line was acted on: tell what came of it elsewhere; may be NULL. */
	void (*settle)(void *context);
	/* The program ends: what ends it is not done, but followed by exit. */
	bool (*ending)(void *context);
	void *context;
};

enum console_pace {
	PACE_NONE,
	PACE_SLEEP,
	PACE_WAIT,
	PACE_PROBE,
	PACE_CLOSE, /* a close(2) that lingers has not returned */
};

struct console {
	struct console_program program;
	struct editor *editor;
	struct report *report;
	unsigned long line; /* the number of the last line taken */
	enum console_pace pace;
	enum awaited await;  /* PACE_WAIT */
	unsigned conn;       /* whose, but for PACE_SLEEP; 0: none yet */
	int64_t deadline_ms; /* PACE_SLEEP, PACE_WAIT; -1: none */
	struct probe probe;
	bool gave_up; /* a wait has timed out */
};

void console_init(struct console *console, struct editor *editor,
	struct report *report, const struct console_program *program);

/* Reads what has come; that it cannot be read is said, and ends the lines. */
void console_read(struct console *console);

/* Stops hiding the line for the report's sake; the editor may be ended. */
void console_end(struct console *console);

/* Acts on all lines that have come and may be acted on now. */
void console_run(struct console *console);

/* When console_run() must be called again at the latest; -1: no such time. */
int64_t console_due_ms(const struct console *console);

/* True when there are no lines any more and none is being acted on. */
bool console_ended(const struct console *console);

#endif
