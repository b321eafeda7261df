/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Line editing at a terminal by readline's callback interface, so that the
 * loop that waits stays the program's own. There is one terminal, and readline
 * keeps its state itself, so these functions take no object.
 */
#ifndef GRACE_TERMINAL_H
#define GRACE_TERMINAL_H

#include <stdbool.h>

#include "command.h"
#include "lib/base/lines.h"

struct terminal_options {
	enum side side;      /* whose commands are completed */
	struct lines *lines; /* borrowed: takes each line that is entered */
};

void terminal_begin(const struct terminal_options *options);

/* Restores the terminal's modes and clears the prompt. */
void terminal_end(void);

/* Shows prompt and line, as they were if they were hidden. */
void terminal_show(const char *prompt);

/* Takes prompt and line off the screen, for output to take their place. */
void terminal_hide(void);

/* Reads what was typed; adds to the lines, or marks them ended at Ctrl-D. */
void terminal_read(void);

/*
 * Ctrl-C: abandons the line. True if the line was empty and the key was
 * pressed twice in a row: the person wants to leave.
 */
bool terminal_interrupt(void);

/* The window has another size. */
void terminal_resize(void);

/* Ctrl-Z: stops the process, with the terminal as it was, until it goes on. */
void terminal_suspend(void);

/* The process goes on: somebody else may have used the terminal. */
void terminal_continue(void);

/* Whether this process may read the terminal that is its standard input. */
bool terminal_is_ours(void);

#endif
