/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The keeper of a subject looks at what that calls on its two hops, and tells
 * it. Nothing of the program waits for anything but for being looked at, and
 * nothing is refused to it: what is judged is the program, not the tracing.
 */
#ifndef GRACELAB_JUDGE_TELLER_H
#define GRACELAB_JUDGE_TELLER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "told.h"

/*
 * A pipe for what is told, neither end of which blocks. False where programs
 * cannot be looked at, with the reason in why (why_size bytes).
 */
bool teller_open(int told[2], char *why, size_t why_size);

/* In the program, before execve(2): waits at `gate` for the keeper. */
void teller_be_looked_at(const struct teller_plan *plan, int gate);

/*
 * In the keeper: looks at the program that waits at the other end of the gate,
 * and at all that it starts, until `child` has ended. Where that is refused it
 * tells so, and waits for that alone.
 */
void teller_look(const struct teller_plan *plan, int gate, pid_t child);

/* Makes a gate: [0] is the keeper's, [1] the program's. 0, or -1 with errno. */
int teller_make_gate(int gate[2]);

/* Tells that nothing is told, by errno. */
void teller_refuse(const struct teller_plan *plan, const char *what, int error);

#endif
