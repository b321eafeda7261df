/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "request.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/io.h"
#include "lib/base/names.h"
#include "lib/net/unix.h"
#include "lib/text/escape.h"

/* A request or preamble longer than this is none. */
#define BYTES_MAX (64 * 1024 * 1024)

/* A longer text would make looking for it slow. */
#define UNTIL_BYTES_MAX 4096

char *request_read(struct argp_state *state, const char *path, size_t *bytes)
{
	char why[NAMES_DESCRIPTION_SIZE];
	char *text = io_read_file(path, BYTES_MAX, bytes);

	if (!text && errno == EFBIG)
		argp_error(
			state, "%s is longer than %d bytes", path, BYTES_MAX);
	else if (!text)
		argp_error(state, "cannot read %s: %s", path,
			names_describe(why, errno));
	return text;
}

char *request_resolve(struct argp_state *state, const char *option,
	const char *argument, size_t *bytes)
{
	char *text = strdup(argument);

	*bytes = strlen(argument);
	if (text && !escape_resolve(text, bytes))
		argp_error(state, "%s: unknown escape '%.4s'", option,
			argument + *bytes);
	return text;
}

char *request_until(
	struct argp_state *state, const char *argument, size_t *bytes)
{
	char *text = request_resolve(state, "--until", argument, bytes);

	if (!*bytes || *bytes > UNTIL_BYTES_MAX)
		argp_error(state, "--until: expected 1 to %d bytes",
			UNTIL_BYTES_MAX);
	return text;
}

char *request_get(const char *path, const char *target, const char *host,
	const char *port, const char *usual_port)
{
	bool v6 = strchr(host, ':'), usual = !strcmp(port, usual_port);
	char *request = NULL;
	int made;

	/* A UNIX socket has no host's name; curl sends this one too. */
	if (!target && unix_is(host))
		target = "localhost";
	if (target)
		made = asprintf(&request,
			"GET %s HTTP/1.1\r\nHost: %s\r\n"
			"Connection: close\r\n\r\n",
			path, target);
	else
		made = asprintf(&request,
			"GET %s HTTP/1.1\r\nHost: %s%s%s%s%s\r\n"
			"Connection: close\r\n\r\n",
			path, v6 ? "[" : "", host, v6 ? "]" : "",
			usual ? "" : ":", usual ? "" : port);
	return made < 0 ? NULL : request;
}
