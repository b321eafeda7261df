/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The prompt: both states, and what the wire holds. Pure. */
#ifndef GRACELAB_LIVE_PROMPT_H
#define GRACELAB_LIVE_PROMPT_H

#include "gracelab/live/person/view.h"
#include "lib/typed/terminal.h"

#define PROMPT_TEXT_SIZE 100

/*
 * Writes it, for a terminal of so many columns: `ESTABLISHED|CLOSE_WAIT [c FIN,
 * s data 9]> `; on a narrow one states are cut short. Terminated; ASCII.
 * Returns its tone.
 */
enum terminal_tone prompt_text(
	char out[PROMPT_TEXT_SIZE], const struct view *view, size_t columns);

/* The same of the wire in words, `client FIN, server data 9`, for free(3);
 * NULL without memory. */
char *prompt_wire(const struct view *view);

#endif
