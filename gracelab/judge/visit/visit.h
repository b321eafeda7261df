/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One run of a client, which connects to a listener of its own and is served by
 * a script. What it does meanwhile is noted.
 */
#ifndef GRACELAB_VISIT_H
#define GRACELAB_VISIT_H

#include "visit_data.h"

/* Starts the program at a listener of its own; false, with errno. */
bool visit_begin(struct visit *visit);

/* Goes on as far as it can; `kernel` may be NULL. */
void visit_go_on(struct visit *visit, struct kernel *kernel);

/* What poll(2) is to look for at its connection; 0: nothing. */
short visit_events(const struct visit *visit);

/* The beginning of what it has said to standard error or output, `size` bytes
 * of it at most; returns how many. */
size_t visit_said(int from, char *out, size_t size);

void visit_free(struct visit *visit);

#endif
