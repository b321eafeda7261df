/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the TLS connections of one kind share: versions, certificates. */
#ifndef GRACELAB_TLS_CONTEXT_H
#define GRACELAB_TLS_CONTEXT_H

#include "data.h"

struct tls_context;

/* Room for a message, terminated. */
#define TLS_ERROR_SIZE 240

/* NULL with the reason in `error`; tls_context_free() frees. */
struct tls_context *tls_context_client(
	const struct tls_wish *wish, char error[TLS_ERROR_SIZE]);

/* A server, with a certificate and its key in files. */
struct tls_context *tls_context_server(const char *certificate, const char *key,
	enum tls_version version, char error[TLS_ERROR_SIZE]);

void tls_context_free(struct tls_context *context);

#endif
