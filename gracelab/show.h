/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `gracelab play`, and `play --step`. */
#ifndef GRACELAB_SHOW_H
#define GRACELAB_SHOW_H

#include "program.h"

/* As struct subcommand says. */
int show_run(int argc, char **argv);

/* Plays one experiment, and shows it as the options ask for it. */
void show_one(struct program *program, struct experiment *experiment);

#endif
