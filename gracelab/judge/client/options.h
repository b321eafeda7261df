/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command line of `gracelab client`. */
#ifndef GRACELAB_CLIENT_OPTIONS_H
#define GRACELAB_CLIENT_OPTIONS_H

#include "inquiry.h"

struct client_command {
	struct client_setting setting;
	bool chosen[CLIENT_PROBES];
	unsigned tries;
	struct inspect_options common;
	/* All owned: */
	char *input, *reply, *greeting, *until;
};

/* Parses it, or ends the program; client_command_free() in any case. */
void client_command_parse(
	struct client_command *command, int argc, char **argv);

void client_command_free(struct client_command *command);

#endif
