/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * gracelab's subcommands: one table. What `gracelab --help` lists, usage
 * messages, completion and the synopsis of the manual come from it.
 */
#ifndef GRACELAB_SUBCOMMANDS_H
#define GRACELAB_SUBCOMMANDS_H

#include <argp.h>

struct subcommand {
	const char *name;
	const char *help;        /* one line */
	const struct argp *argp; /* its options; args_doc has its arguments */
	/*
	 * Does it, and returns the exit status. argv[0] is "gracelab NAME", and
	 * the name is not among the other arguments.
	 */
	int (*run)(int argc, char **argv);
};

/* The entry after `previous`, the first for NULL; NULL at the end. */
const struct subcommand *subcommand_next(const struct subcommand *previous);

/* The entry with this name, or NULL. */
const struct subcommand *subcommand_find(const char *name);

/*
 * The place of the subcommand in `argv`: the first argument that is no option
 * and not the argument of one, as any subcommand has them. 0: there is none.
 */
int subcommand_place(int argc, char *const *argv);

#endif
