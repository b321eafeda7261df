/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "secure.h"

#include <string.h>

#include "gracelab/judge/tls/options.h"

enum { OPTION_TLS_FRONT = 0x5e0, OPTION_TLS_BACK };

static const struct argp_option entries[] = {
	{ "tls-front", OPTION_TLS_FRONT, "1.2|1.3", OPTION_ARG_OPTIONAL,
		"Our client speaks TLS to the proxy, which has {cert} and "
		"{key}, or {pem}",
		2 },
	{ "tls-back", OPTION_TLS_BACK, "1.2|1.3", OPTION_ARG_OPTIONAL,
		"Our server speaks TLS to the proxy; {ca} verifies it", 2 },
	{ 0 },
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct secure_options *options = state->input;
	const char *option;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &options->wish;
		return 0;
	case OPTION_TLS_FRONT:
		options->on[CLIENT] = true;
		options->versions[CLIENT] =
			tls_parse_version(state, "--tls-front", argument);
		return 0;
	case OPTION_TLS_BACK:
		options->on[SERVER] = true;
		options->versions[SERVER] =
			tls_parse_version(state, "--tls-back", argument);
		return 0;
	case ARGP_KEY_END:
		option = tls_option_given(&options->wish);
		if (option && !options->on[CLIENT])
			argp_error(state, "%s needs --tls-front", option);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = {
	{ &tls_argp, 0, NULL, 0 },
	{ 0 },
};

const struct argp secure_argp = {
	.options = entries,
	.parser = parse,
	.children = children,
};

const char *secure_describe(const struct secure_options *options)
{
	bool front = options->on[CLIENT], back = options->on[SERVER];

	return front && back ? ", TLS on either side"
		: front      ? ", TLS before it"
		: back       ? ", TLS behind it"
			     : "";
}

static bool is_handed_certificate(char *const *command)
{
	for (; *command; command++)
		if (strstr(*command, "{cert}") || strstr(*command, "{pem}"))
			return true;
	return false;
}

/* Whom our client expects at the proxy. */
static struct tls_wish wish_of(const struct secure *secure,
	const struct secure_options *options, char *const *command,
	const char *host)
{
	struct tls_wish wish = options->wish;

	wish.version = options->versions[CLIENT];
	wish.name = command ? "localhost" : host;
	if (!command || wish.ca || wish.insecure)
		return wish;
	if (is_handed_certificate(command))
		wish.ca = secure->certs.ca;
	else
		wish.insecure = true;
	return wish;
}

bool secure_open(struct secure *secure, const struct secure_options *options,
	char *const *command, const char *host, char error[TLS_ERROR_SIZE])
{
	const struct tls_certs *certs = &secure->certs;
	bool front = options->on[CLIENT], back = options->on[SERVER];

	*secure = (struct secure){ 0 };
	if (!front && !back)
		return true;
	if (!tls_certs_make(&secure->certs, error))
		return false;
	const struct tls_wish own = { .name = "localhost", .ca = certs->ca };
	const struct tls_wish wish = wish_of(secure, options, command, host);

	secure->clients[RELAY_DIRECT] = tls_context_client(&own, error);
	secure->servers[RELAY_DIRECT] =
		tls_context_server(certs->cert, certs->key, TLS_ANY, error);
	if (front)
		secure->clients[RELAY_THROUGH] =
			tls_context_client(&wish, error);
	if (back)
		secure->servers[RELAY_THROUGH] = tls_context_server(certs->cert,
			certs->key, options->versions[SERVER], error);
	return secure->clients[RELAY_DIRECT] && secure->servers[RELAY_DIRECT] &&
		(!front || secure->clients[RELAY_THROUGH]) &&
		(!back || secure->servers[RELAY_THROUGH]);
}

void secure_close(struct secure *secure)
{
	for (int way = 0; way < RELAY_WAYS; way++) {
		tls_context_free(secure->clients[way]);
		tls_context_free(secure->servers[way]);
	}
	tls_certs_remove(&secure->certs);
	*secure = (struct secure){ 0 };
}
