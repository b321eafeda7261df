/* SPDX-License-Identifier: GPL-3.0-or-later */
/* graceclient's command line. */
#ifndef GRACECLIENT_OPTIONS_H
#define GRACECLIENT_OPTIONS_H

#include "lib/base/lines.h"
#include "lib/base/options.h"

struct client_options {
	struct common_options common;
	const char *host, *port;
	int family;
	int64_t connect_timeout_ms; /* -1: the kernel's */
	uint16_t local_port;        /* 0: the kernel's choice */
	struct lines script;        /* the lines of -e, for lines_free() */
	bool has_script;
	const char *script_path; /* -f, or NULL */
};

/* Ends the program after --help, --version and usage errors. */
void client_options_parse(
	int argc, char **argv, struct client_options *options);

#endif
