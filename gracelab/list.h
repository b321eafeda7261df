/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `gracelab list`. */
#ifndef GRACELAB_LIST_H
#define GRACELAB_LIST_H

/* As struct subcommand says. */
int list_run(int argc, char **argv);

#endif
