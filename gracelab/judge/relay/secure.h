/* SPDX-License-Identifier: GPL-3.0-or-later */
/* TLS before a proxy and behind it: --tls-front, --tls-back. */
#ifndef GRACELAB_PROXY_SECURE_H
#define GRACELAB_PROXY_SECURE_H

#include <argp.h>
#include <stdbool.h>

#include "gracelab/judge/tls/certs.h"
#include "gracelab/judge/tls/context.h"
#include "lib/base/side.h"
#include "play.h"

struct secure_options {
	bool on[SIDES]; /* CLIENT: our client speaks it, to the proxy */
	enum tls_version versions[SIDES];
	struct tls_wish wish; /* of our client */
};

/* A child parser; its input is a struct secure_options. */
extern const struct argp secure_argp;

/* ", TLS before it" and the like, for a title; "": none. Never changes. */
const char *secure_describe(const struct secure_options *options);

struct secure {
	struct tls_certs certs;
	/* Of both ways; the control speaks TLS where any side does. */
	struct tls_context *clients[RELAY_WAYS], *servers[RELAY_WAYS];
};

/*
 * Makes certificates, and all that our ends need, for a command, or for a proxy
 * that runs on the host (command NULL). A command that is handed a certificate
 * has to show it; of others one is verified only if --ca asks for it, since
 * they are our own children. False with the reason in `error`; secure_close()
 * in any case.
 */
bool secure_open(struct secure *secure, const struct secure_options *options,
	char *const *command, const char *host, char error[TLS_ERROR_SIZE]);

void secure_close(struct secure *secure);

#endif
