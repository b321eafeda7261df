/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was typed so far, as the text of an experiment. Pure. */
#ifndef GRACELAB_LIVE_LESSON_H
#define GRACELAB_LIVE_LESSON_H

#include "gracelab/experiment/experiment.h"

/* Zero-initialised: empty. All texts are owned, and of whole lines. */
struct lesson {
	char *head;    /* what stands before the first step; NULL: nothing */
	char **steps;  /* each with the comments before it */
	size_t count;  /* of them */
	size_t done;   /* of these, played; those behind were undone */
	char *comment; /* that stands before the next step, or NULL */
};

/* Takes over an experiment's head and steps. False without memory. */
bool lesson_begin(struct lesson *lesson, const struct experiment *experiment);

/* Adds a step, without its newline, behind those done; what was undone is
 * gone. False, and nothing done, without memory. */
bool lesson_add(struct lesson *lesson, const char *step);

/* The same of a comment before the next step, and of a line of the head. */
bool lesson_add_comment(struct lesson *lesson, const char *line);
bool lesson_add_head(struct lesson *lesson, const char *line);

/* Takes the last line of the head away again. */
void lesson_drop_head(struct lesson *lesson);

/* The step at that place as it was typed, without comments; terminated by a
 * newline. */
const char *lesson_step(const struct lesson *lesson, size_t at);

/*
 * The text of an experiment with the first `count` steps and, if not NULL, one
 * `more`, for free(3). NULL without memory.
 */
char *lesson_text(const struct lesson *lesson, size_t count, const char *more);

void lesson_free(struct lesson *lesson);

#endif
