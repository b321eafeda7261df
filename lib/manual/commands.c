/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Prints one side's commands as mdoc(7) list items, for its manual page. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/typed/command.h"

int main(int argc, char **argv)
{
	const struct command_spec *spec = NULL;
	enum side side =
		argc == 2 && !strcmp(argv[1], "graceserver") ? SERVER : CLIENT;

	while ((spec = command_next(1u << side, spec)))
		printf(".It Ic %s%s%s\n%s.\n", spec->name,
			*spec->synopsis ? " Ar " : "", spec->synopsis,
			spec->help);
	return EXIT_SUCCESS;
}
