/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Line editing at a terminal by readline's callback interface, so that the
 * loop that waits stays the program's own. There is one terminal, and readline
 * keeps its state itself, so these functions take no object.
 */
#ifndef GRACE_TERMINAL_H
#define GRACE_TERMINAL_H

#include <stdbool.h>

#include "complete.h"
#include "lib/base/lines.h"

struct terminal_options {
	enum side side;      /* whose commands are completed */
	struct lines *lines; /* borrowed: takes each line that is entered */
	struct complete_numbers numbers;
	struct complete_own own; /* in place of the side's; or nothing */
	const char *history;     /* its name; NULL: the side's */
	bool endless;            /* Ctrl-D ends nothing */
	bool colour;             /* the prompt has it */
	bool keeps_history;      /* from one session to the next: history.h */
};

void terminal_begin(const struct terminal_options *options);

/* Restores the terminal's modes and clears the prompt. */
void terminal_end(void);

/* What a prompt's colour says. */
enum terminal_tone {
	TERMINAL_PLAIN,
	TERMINAL_GOOD, /* both halves are open */
	TERMINAL_HALF, /* the end has begun */
	TERMINAL_BAD,  /* nothing can be sent or received */
};

/* Shows prompt and line, as they were if they were hidden. */
void terminal_show(const char *prompt, enum terminal_tone tone);

/* Takes prompt and line off the screen, for output to take their place. */
void terminal_hide(void);

/* Reads what was typed; adds to the lines, or marks them ended at Ctrl-D. */
void terminal_read(void);

/* What Ctrl-C has done or asks for. */
enum terminal_key {
	TERMINAL_NO_KEY,
	TERMINAL_DROPPED,   /* the line that was begun */
	TERMINAL_INTERRUPT, /* there was none: whatever waits is to end */
	TERMINAL_LEAVE,     /* the same again: the person wants to leave */
};

/* Ctrl-C was pressed. */
enum terminal_key terminal_interrupt(void);

/* The window has another size. */
void terminal_resize(void);

/* Ctrl-Z: stops the process, with the terminal as it was, until it goes on. */
void terminal_suspend(void);

/* The process goes on: somebody else may have used the terminal. */
void terminal_continue(void);

/* Whether this process may read the terminal that is its standard input. */
bool terminal_is_ours(void);

#endif
