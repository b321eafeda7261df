/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "options.h"

#include <string.h>

enum { OPTION_SNI = 0x680, OPTION_CA, OPTION_INSECURE, OPTION_TLS };

static const struct argp_option entries[] = {
	{ "sni", OPTION_SNI, "NAME", 0,
		"The server's name, to be sent and verified (default: HOST)",
		2 },
	{ "ca", OPTION_CA, "FILE", 0,
		"Whose certificates are believed (default: the system's)", 2 },
	{ "insecure", OPTION_INSECURE, NULL, 0, "Believe any certificate", 2 },
	{ 0 },
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct tls_wish *wish = state->input;

	switch (key) {
	case OPTION_SNI:
		if (!*argument)
			argp_error(state, "--sni: expected a name");
		wish->sni = argument;
		return 0;
	case OPTION_CA:
		wish->ca = argument;
		return 0;
	case OPTION_INSECURE:
		wish->insecure = true;
		return 0;
	case ARGP_KEY_END:
		if (wish->insecure && wish->ca)
			argp_error(state,
				"--ca and --insecure exclude each other");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp tls_argp = { .options = entries, .parser = parse };

enum tls_version tls_parse_version(
	struct argp_state *state, const char *option, const char *argument)
{
	if (!argument)
		return TLS_ANY;
	if (!strcmp(argument, tls_version_name(TLS_1_2)))
		return TLS_1_2;
	if (strcmp(argument, tls_version_name(TLS_1_3)) != 0)
		argp_error(state, "%s: expected 1.2 or 1.3, not '%s'", option,
			argument);
	return TLS_1_3;
}

const char *tls_option_given(const struct tls_wish *wish)
{
	return wish->sni         ? "--sni"
		: wish->ca       ? "--ca"
		: wish->insecure ? "--insecure"
				 : NULL;
}

static const struct argp_option client_entries[] = {
	{ "tls", OPTION_TLS, "1.2|1.3", OPTION_ARG_OPTIONAL,
		"Speak TLS, of this version or the latest that both know", 2 },
	{ 0 },
};

static error_t parse_client(int key, char *argument, struct argp_state *state)
{
	struct tls_options *options = state->input;
	const char *given;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &options->wish;
		return 0;
	case OPTION_TLS:
		options->on = true;
		options->wish.version =
			tls_parse_version(state, "--tls", argument);
		return 0;
	case ARGP_KEY_END:
		given = tls_option_given(&options->wish);
		if (given && !options->on)
			argp_error(state, "%s needs --tls", given);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child client_children[] = {
	{ &tls_argp, 0, NULL, 0 },
	{ 0 },
};

const struct argp tls_client_argp = {
	.options = client_entries,
	.parser = parse_client,
	.children = client_children,
};
