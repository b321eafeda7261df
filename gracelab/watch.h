/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `gracelab watch`: the ladder of programs that others wrote. */
#ifndef GRACELAB_WATCH_H
#define GRACELAB_WATCH_H

#include <argp.h>

extern const struct argp watch_argp;

/* Returns the exit status. */
int watch_run(int argc, char **argv);

#endif
