/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where typed lines come from: a terminal, a stream, or the command line. */
#ifndef GRACE_EDITOR_H
#define GRACE_EDITOR_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/lines.h"
#include "terminal.h"

struct editor {
	struct lines lines;
	int fd;           /* -1: nothing more is read */
	bool is_terminal; /* edited with readline */
	bool is_tty;      /* a terminal, edited or not */
	bool endless;     /* Ctrl-D does not end it */
	bool at_end;      /* but was pressed: to be taken by the owner */
};

struct editor_options {
	enum side side;
	int fd;             /* borrowed; -1: nothing but `lines` */
	struct lines lines; /* that come first; owned from here on */
	bool endless;       /* at a terminal, Ctrl-D ends nothing */
	bool colour;        /* of the prompt */
	bool keeps_history; /* see history.h */
	struct complete_numbers numbers;
	struct complete_own own; /* in place of the side's; or nothing */
	const char *history;     /* its name; NULL: the side's */
};

/*
 * Begins to take lines. Where `fd` is standard input, and standard output is a
 * terminal as it is, lines are edited.
 */
void editor_begin(struct editor *editor, const struct editor_options *options);
void editor_end(struct editor *editor);

/* The descriptor to wait for now; -1 for none. */
int editor_fd(const struct editor *editor);

/* How long to wait at most until asking editor_fd() again; -1: for ever. */
int editor_recheck_ms(const struct editor *editor);

/*
 * Reads once what has come; nothing while a caught SIGINT is to be taken, which
 * was before that. Returns 0, or -1 with errno.
 */
int editor_read(struct editor *editor);

/* See lines_take(). */
enum lines_result editor_take(struct editor *editor, char **line, size_t *len);

/* True when no more lines will come. */
bool editor_ended(const struct editor *editor);

/* At a terminal, what its namesakes in terminal.h do; else nothing. */
void editor_show(
	struct editor *editor, const char *prompt, enum terminal_tone tone);
void editor_hide(struct editor *editor);

/*
 * Acts on the signals that concern an edited terminal, which editor_begin()
 * has caught: Ctrl-C, which is told, Ctrl-Z, another size.
 */
enum terminal_key editor_signals(struct editor *editor);

#endif
