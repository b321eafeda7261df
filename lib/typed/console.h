/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whoever types: takes lines in order, parses them, has them acted on and says
 * when each is done. What a command does is the program's.
 */
#ifndef GRACE_CONSOLE_H
#define GRACE_CONSOLE_H

#include <stdbool.h>
#include <stdint.h>

#include "editor.h"
#include "lib/event/report.h"
#include "pace.h"

/* The program's part; conns.context is handed through. */
struct console_program {
	struct pace_conns conns;
	/* Acts on any command but sleep, wait, probe and help. */
	void (*act)(void *context, const struct command *command);
	/* A line was typed, whatever it holds; may be NULL. */
	void (*line_came)(void *context);
	/* No line can be taken at this time; may be NULL. */
	bool (*busy)(void *context);
	/*
	 * Ctrl-C, where nothing of the console's own waits: true if it has
	 * ended something; may be NULL.
	 */
	bool (*interrupt)(void *context);
	/* A line was acted on: tell what came of it elsewhere; may be NULL. */
	void (*settle)(void *context);
	/* The program ends: what ends it is not done, but followed by exit. */
	bool (*ending)(void *context);
};

struct console {
	struct console_program program;
	struct editor *editor;
	struct report *report;
	unsigned long line; /* the number of the last line taken */
	struct pace pace;
};

void console_init(struct console *console, struct editor *editor,
	struct report *report, const struct console_program *program);

/* Reads what has come; that it cannot be read is said, and ends the lines. */
void console_read(struct console *console);

/* Stops hiding the line for the report's sake; the editor may be ended. */
void console_end(struct console *console);

/*
 * Acts on Ctrl-C and the other signals of a terminal. True if the person wants
 * to leave, or has pressed Ctrl-C with nothing there that it could end.
 */
bool console_signals(struct console *console);

/* Acts on all lines that have come and may be acted on now. */
void console_run(struct console *console);

/* When console_run() must be called again at the latest; -1: no such time. */
int64_t console_due_ms(const struct console *console);

/* True when there are no lines any more and none is being acted on. */
bool console_ended(const struct console *console);

#endif
