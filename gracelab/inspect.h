/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The subcommands that judge what others wrote: audit and proxy. */
#ifndef GRACELAB_INSPECT_H
#define GRACELAB_INSPECT_H

/*
 * The whole of `gracelab audit`, from the command line to the exit status;
 * `argv` is without the subcommand's name.
 */
int inspect_audit(int argc, char **argv);

/* The same of `gracelab proxy`. */
int inspect_proxy(int argc, char **argv);

#endif
