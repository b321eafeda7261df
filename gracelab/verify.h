/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `gracelab check` and `gracelab record`: plays against goldens. */
#ifndef GRACELAB_VERIFY_H
#define GRACELAB_VERIFY_H

#include "program.h"

/* What each does with the program's experiments. */
void verify_check_program(struct program *program);
void verify_record_program(struct program *program);

/* Each as struct subcommand says. */
int verify_check(int argc, char **argv);
int verify_record(int argc, char **argv);

#endif
