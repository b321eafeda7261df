/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The processes of a subject: the program, and who looks after it. */
#ifndef GRACELAB_FAMILY_H
#define GRACELAB_FAMILY_H

#include <signal.h>
#include <sys/types.h>

#include "teller.h"

/* What all of them need to know. */
struct family {
	char **words; /* of the command, filled in; ends with NULL */
	const sigset_t *outside;
	int input; /* its standard input; -1: there is nothing to read */
	int output, errors;
	int news;                  /* FAMILY_NEWS, once in the family */
	struct teller_plan teller; /* its `out`: FAMILY_TOLD */
	int gate[2];               /* teller_make_gate(); -1: none */
	pid_t parent;              /* whose end is everybody's */
	int lives[2];              /* a pipe that its keeper alone holds open */
};

/*
 * Is the program's keeper, in a process of its own, and never returns: enters a
 * PID namespace and starts the program there, or where that is refused adopts
 * all that it starts. How the program ends, as waitpid(2) has it, is written to
 * `news`. Ends once nothing is left, or, by SIGTERM, ends all.
 */
__attribute__((noreturn)) void family_keep(struct family *family);

#endif
