/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "where.h"

#include <stdlib.h>
#include <string.h>

#include "lib/net/net.h"
#include "lib/net/unix.h"

enum { OPTION_FRONT = 0x5e0, OPTION_BACK, OPTION_HALF, OPTION_AT };

static const struct argp_option entries[] = {
	{ "front", OPTION_FRONT, "HOST:PORT", 0,
		"A proxy that runs already and listens here, or at unix:PATH",
		1 },
	{ "back", OPTION_BACK, "PORT", 0,
		"... and connects to 127.0.0.1:PORT, to ADDR:PORT, or to "
		"unix:PATH, which is ours",
		1 },
	{ "half", OPTION_HALF, "HALF", 0,
		"Be one half of a check on two machines: server stands where "
		"the proxy connects to, at --back; client HOST:PORT finds it "
		"there, and judges",
		1 },
	{ "at", OPTION_AT, "ADDR:PORT", 0,
		"Where --half=server awaits the other half (default "
		"127.0.0.1:43212)",
		1 },
	{ 0 },
};

static void parse_front(struct argp_state *state, const char *argument)
{
	struct where *where = state->input;
	char *colon;

	free(where->front);
	where->front = strdup(argument);
	where->front_host = where->front;
	where->front_port = 0;
	if (unix_wrong(argument))
		argp_error(state, "--front '%s': %s", argument,
			unix_wrong(argument));
	if (unix_is(argument))
		return;
	colon = where->front ? strrchr(where->front, ':') : NULL;
	if (!colon || colon == where->front ||
		!net_parse_port(colon + 1, &where->front_port) ||
		!where->front_port) {
		argp_error(state,
			"--front: expected HOST:PORT or unix:PATH, not '%s'",
			argument);
		return;
	}
	*colon = '\0';
	/* An IPv6 address stands in brackets. */
	if (*where->front == '[' && colon[-1] == ']') {
		colon[-1] = '\0';
		where->front_host++;
	}
}

static void parse_back(struct argp_state *state, const char *argument)
{
	struct where *where = state->input;
	char *host = NULL, *port = NULL;

	free(where->back);
	where->back = strdup(argument);
	where->back_host = NULL;
	where->back_unix = unix_is(argument) ? argument : NULL;
	if (unix_wrong(argument))
		argp_error(state, "--back '%s': %s", argument,
			unix_wrong(argument));
	if (unix_is(argument) || !where->back)
		return;
	if (resolve_split(where->back, &host, &port))
		where->back_host = host;
	else
		port = where->back;
	if (!net_parse_port(port, &where->back_port) || !where->back_port)
		argp_error(state,
			"--back: expected a number from 1 to 65535, or "
			"ADDR:PORT, not '%s'",
			argument);
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct where *where = state->input;

	switch (key) {
	case OPTION_FRONT:
		parse_front(state, argument);
		return 0;
	case OPTION_BACK:
		parse_back(state, argument);
		return 0;
	case OPTION_HALF:
		where->half = !strcmp(argument, "server") ? WHERE_SERVER
			: !strcmp(argument, "client")     ? WHERE_CLIENT
							  : WHERE_WHOLE;
		if (where->half == WHERE_WHOLE)
			argp_error(state,
				"--half: expected server or client, not '%s'",
				argument);
		return 0;
	case OPTION_AT:
		where->at = argument;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp where_argp = { .options = entries, .parser = parse };

void where_free(struct where *where)
{
	free(where->front);
	free(where->back);
}
