/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `gracelab live`. */
#ifndef GRACELAB_LIVE_LAB_H
#define GRACELAB_LIVE_LAB_H

/* As struct subcommand says. */
int live_lab_run(int argc, char **argv);

#endif
