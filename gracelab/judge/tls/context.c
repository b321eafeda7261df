/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "context.h"

#include <arpa/inet.h>
#include <errno.h>
#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "inside.h"
#include "lib/base/names.h"

void tls_context_free(struct tls_context *context)
{
	if (!context)
		return;
	SSL_CTX_free(context->ssl);
	BIO_meth_free(context->wire);
	free(context);
}

/* The last thing that OpenSSL has complained of. */
static const char *complaint(void)
{
	const char *text = ERR_reason_error_string(ERR_peek_last_error());

	return text ? text : "OpenSSL does not say why";
}

static bool set_versions(SSL_CTX *ssl, enum tls_version version)
{
	int least = version == TLS_1_3 ? TLS1_3_VERSION : TLS1_2_VERSION;
	int most = version == TLS_1_2 ? TLS1_2_VERSION : TLS1_3_VERSION;

	return SSL_CTX_set_min_proto_version(ssl, least) &&
		SSL_CTX_set_max_proto_version(ssl, most);
}

static struct tls_context *new_context(
	const SSL_METHOD *method, enum tls_version version, char *error)
{
	struct tls_context *context = calloc(1, sizeof(*context));

	ERR_clear_error();
	if (context) {
		context->ssl = SSL_CTX_new(method);
		context->wire = wire_method();
	}
	if (!context || !context->ssl || !context->wire ||
		!set_versions(context->ssl, version)) {
		snprintf(error, TLS_ERROR_SIZE, "TLS cannot be had: %s",
			complaint());
		tls_context_free(context);
		return NULL;
	}
	SSL_CTX_set_mode(context->ssl,
		SSL_MODE_ENABLE_PARTIAL_WRITE |
			SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_CTX_set_session_cache_mode(context->ssl, SSL_SESS_CACHE_OFF);
	return context;
}

/* Whose certificates are believed; false, and why. */
static bool set_trust(SSL_CTX *ssl, const struct tls_wish *wish, char *error)
{
	char why[NAMES_DESCRIPTION_SIZE];

	if (wish->insecure) {
		/* Nor are short keys of others our business then. */
		SSL_CTX_set_security_level(ssl, 0);
		SSL_CTX_set_verify(ssl, SSL_VERIFY_NONE, NULL);
		return true;
	}
	SSL_CTX_set_verify(ssl, SSL_VERIFY_PEER, NULL);
	if (!wish->ca)
		return SSL_CTX_set_default_verify_paths(ssl);
	if (access(wish->ca, R_OK)) {
		snprintf(error, TLS_ERROR_SIZE, "--ca: cannot read %.150s: %s",
			wish->ca, names_describe(why, errno));
		return false;
	}
	if (SSL_CTX_load_verify_locations(ssl, wish->ca, NULL))
		return true;
	snprintf(error, TLS_ERROR_SIZE,
		"--ca: %.150s holds no certificate in PEM", wish->ca);
	return false;
}

struct tls_context *tls_context_client(
	const struct tls_wish *wish, char error[TLS_ERROR_SIZE])
{
	struct tls_context *context =
		new_context(TLS_client_method(), wish->version, error);

	if (!context)
		return NULL;
	context->wish = *wish;
	snprintf(error, TLS_ERROR_SIZE,
		"the system's certificates cannot be "
		"had: --ca FILE, or --insecure");
	if (set_trust(context->ssl, wish, error))
		return context;
	tls_context_free(context);
	return NULL;
}

struct tls_context *tls_context_server(const char *certificate, const char *key,
	enum tls_version version, char error[TLS_ERROR_SIZE])
{
	struct tls_context *context =
		new_context(TLS_server_method(), version, error);

	if (!context)
		return NULL;
	context->server = true;
	/* A ticket is a record more, which nobody asked for. */
	SSL_CTX_set_num_tickets(context->ssl, 0);
	if (SSL_CTX_use_certificate_chain_file(context->ssl, certificate) > 0 &&
		SSL_CTX_use_PrivateKey_file(
			context->ssl, key, SSL_FILETYPE_PEM) > 0)
		return context;
	snprintf(error, TLS_ERROR_SIZE, "the certificate cannot be used: %s",
		complaint());
	tls_context_free(context);
	return NULL;
}
