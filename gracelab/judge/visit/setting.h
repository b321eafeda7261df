/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a client is asked with: data. */
#ifndef GRACELAB_CLIENT_SETTING_H
#define GRACELAB_CLIENT_SETTING_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gracelab/judge/exchange/reply.h"
#include "gracelab/judge/tls/data.h"

/* All pointers are borrowed. */
struct client_setting {
	char **command;    /* of argv, ends with NULL */
	const char *input; /* what stands at its standard input */
	size_t input_bytes;
	const char *greeting; /* what it is told at once; or NULL */
	size_t greeting_bytes;
	const char *reply;
	size_t reply_bytes;
	struct reply_rule rule; /* where its request ends, if that is said */
	bool http;              /* the reply is a body, whatever it asks */
	bool verbatim;          /* ... or it is HTTP already */
	bool framed;            /* the reply says itself where it ends */
	bool repeats; /* the reply means nothing, and may be repeated */
	bool is_unix; /* it connects to a UNIX socket */
	bool tls;     /* it speaks TLS, */
	enum tls_version version; /* ... of this version */
	bool told_ca;             /* its command has the certificate to trust */
	int64_t patience_ms;      /* how long nothing may happen */
	unsigned jobs;            /* side by side */
	const sigset_t *outside;  /* the mask of before ours */
};

#endif
