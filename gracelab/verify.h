/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `gracelab check` and `gracelab record`: plays against goldens. */
#ifndef GRACELAB_VERIFY_H
#define GRACELAB_VERIFY_H

/* Each as struct subcommand says. */
int verify_check(int argc, char **argv);
int verify_record(int argc, char **argv);

#endif
