/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Texts for people, of which none drives a terminal. */
#ifndef GRACELAB_LIVE_SAY_H
#define GRACELAB_LIVE_SAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* A text that is composed, and then shown. */
struct say {
	FILE *out; /* NULL: no memory */
	char *text;
	size_t size;
};

void say_begin(struct say *say);

/* Shows it on standard output, in ASCII if so asked. */
void say_end(struct say *say, bool ascii);

/* A paragraph, in lines of as many columns as the terminal
 * has: `first` before it, and as many blanks before what goes on. */
void say_paragraph(FILE *to, const char *first, const char *text, bool ascii);

/* How many columns, and lines, standard output has; 80 and 0 where it is no
 * terminal. */
size_t say_columns(void);
size_t say_lines(void);

#endif
