/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `gracelab play`, and `play --step`. */
#ifndef GRACELAB_SHOW_H
#define GRACELAB_SHOW_H

/* As struct subcommand says. */
int show_run(int argc, char **argv);

#endif
