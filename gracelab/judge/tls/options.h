/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The options of whoever speaks TLS: --sni, --ca, --insecure. */
#ifndef GRACELAB_TLS_OPTIONS_H
#define GRACELAB_TLS_OPTIONS_H

#include <argp.h>

#include "context.h"

/* A child parser; its input is a struct tls_wish. */
extern const struct argp tls_argp;

/* The same and --tls, without which the others are usage errors. */
struct tls_options {
	bool on;
	struct tls_wish wish;
};

extern const struct argp tls_client_argp;

/* The argument of an option for a version, NULL for any; or a usage error. */
enum tls_version tls_parse_version(
	struct argp_state *state, const char *option, const char *argument);

/* The option of them that was given, or NULL. */
const char *tls_option_given(const struct tls_wish *wish);

#endif
