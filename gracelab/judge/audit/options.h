/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command line of `gracelab audit`. */
#ifndef GRACELAB_AUDIT_OPTIONS_H
#define GRACELAB_AUDIT_OPTIONS_H

#include "gracelab/judge/tls/options.h"
#include "report.h"

struct audit_command {
	struct audit_options audit; /* but for the addresses */
	const char *host, *port;
	const char *http, *target; /* of --http; of --socks5 or --connect */
	char *request, *until;     /* owned */
	struct preamble preamble;  /* owned */
	struct tls_options tls;
	struct inspect_options common;
};

/* Reads it, or ends the program with a usage error. */
void audit_command_parse(struct audit_command *command, int argc, char **argv);

void audit_command_free(struct audit_command *command);

#endif
