/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tunnel.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/io.h"
#include "lib/base/names.h"

/* A preamble longer than this is none. */
#define BYTES_MAX (1024 * 1024)

enum {
	OPTION_PREAMBLE = 0x580,
	OPTION_SOCKS5,
	OPTION_CONNECT,
};

static const struct argp_option entries[] = {
	{ "preamble", OPTION_PREAMBLE, "FILE", 0,
		"What each client says first: lines of send \"TEXT\", expect "
		"\"TEXT\", expect BYTES and expect line",
		1 },
	{ "socks5", OPTION_SOCKS5, "HOST:PORT", 0,
		"It is a SOCKS5 proxy, and is to connect there, to {backend}",
		1 },
	{ "connect", OPTION_CONNECT, "HOST:PORT", 0,
		"It is an HTTP proxy, and is to CONNECT there, to {backend}",
		1 },
	{ 0 },
};

bool tunnel_make(
	struct tunnel *tunnel, const struct subject_ports *ports, char *error)
{
	/* What holds a NUL has no words to be filled in. */
	bool is_text = tunnel->text && strlen(tunnel->text) == tunnel->bytes;
	char *filled = is_text ? subject_fill_in(tunnel->text, ports) : NULL;
	const char *text = filled ? filled : tunnel->text;
	size_t bytes = filled ? strlen(filled) : tunnel->bytes;
	bool good = true;

	preamble_free(&tunnel->preamble);
	snprintf(error, PREAMBLE_ERROR_SIZE, "expected HOST:PORT, not '%.100s'",
		tunnel->text ? tunnel->text : "");
	switch (tunnel->kind) {
	case TUNNEL_NONE:
		break;
	case TUNNEL_FILE:
		good = preamble_parse(text, bytes, &tunnel->preamble, error);
		break;
	case TUNNEL_SOCKS5:
		good = preamble_socks5(text, &tunnel->preamble);
		break;
	case TUNNEL_CONNECT:
		good = preamble_connect(text, &tunnel->preamble);
		break;
	}
	free(filled);
	return good;
}

/* Keeps what is said, once it can be told that it can be understood. */
static void keep(struct argp_state *state, const char *option, char *text,
	size_t bytes, const char *argument)
{
	static const struct subject_ports any = { .listen = 1, .backend = 1 };
	struct tunnel *tunnel = state->input;
	char error[PREAMBLE_ERROR_SIZE], why[NAMES_DESCRIPTION_SIZE];

	if (!text) {
		argp_error(state, "%s: cannot read %s: %s", option, argument,
			names_describe(why, errno));
		return;
	}
	tunnel->text = text;
	tunnel->bytes = bytes;
	if (!tunnel_make(tunnel, &any, error))
		argp_error(state, "%s: %s%s%s", option,
			tunnel->kind == TUNNEL_FILE ? argument : "",
			tunnel->kind == TUNNEL_FILE ? ": " : "", error);
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct tunnel *tunnel = state->input;
	size_t bytes = 0;
	char *text;

	if (key != OPTION_PREAMBLE && key != OPTION_SOCKS5 &&
		key != OPTION_CONNECT)
		return ARGP_ERR_UNKNOWN;
	if (tunnel->kind != TUNNEL_NONE)
		argp_error(state,
			"--preamble, --socks5 and --connect exclude each "
			"other");
	switch (key) {
	case OPTION_PREAMBLE:
		tunnel->kind = TUNNEL_FILE;
		text = io_read_file(argument, BYTES_MAX, &bytes);
		keep(state, "--preamble", text, bytes, argument);
		break;
	case OPTION_SOCKS5:
		tunnel->kind = TUNNEL_SOCKS5;
		keep(state, "--socks5", strdup(argument), strlen(argument),
			argument);
		break;
	case OPTION_CONNECT:
		tunnel->kind = TUNNEL_CONNECT;
		keep(state, "--connect", strdup(argument), strlen(argument),
			argument);
		break;
	}
	return 0;
}

const struct argp tunnel_argp = { .options = entries, .parser = parse };

void tunnel_free(struct tunnel *tunnel)
{
	free(tunnel->text);
	preamble_free(&tunnel->preamble);
	*tunnel = (struct tunnel){ 0 };
}
