/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an explorer and its workers tell each other, over pipes. */
#ifndef GRACELAB_EXPLORE_MESSAGE_H
#define GRACELAB_EXPLORE_MESSAGE_H

#include <stdio.h>

#include "table.h"
#include "walk.h"

/* Walk on from here, through at most `quota` orders. */
struct message_task {
	struct walk walk; /* owned */
	uint64_t quota;
};

/* What came of it. */
struct message_result {
	bool failed, refused;      /* the second: there is no such network */
	char why[GROUND_WHY_SIZE]; /* then; terminated */
	struct table table;        /* owned */
	struct walk left;          /* owned: where it stands */
	bool leaving;              /* the worker takes no more */
	size_t states;             /* of a graph */
};

/* Each gives false where the pipe or memory ends; what was read is owned. */
bool message_put_task(FILE *out, const struct message_task *task);
bool message_get_task(FILE *in, struct message_task *task);
bool message_put_result(FILE *out, const struct message_result *result);
bool message_get_result(FILE *in, struct message_result *result);

void message_free_result(struct message_result *result);

#endif
