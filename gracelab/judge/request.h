/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is asked, as it stands on a command line; all for free(3). */
#ifndef GRACELAB_REQUEST_H
#define GRACELAB_REQUEST_H

#include <argp.h>
#include <stddef.h>

/* A whole file; ends the program where it cannot be read. */
char *request_read(struct argp_state *state, const char *path, size_t *bytes);

/* A text with its escapes resolved; a usage error where it has others. */
char *request_resolve(struct argp_state *state, const char *option,
	const char *argument, size_t *bytes);

/* --until's text, resolved; a usage error where it is empty or too long. */
char *request_until(
	struct argp_state *state, const char *argument, size_t *bytes);

/*
 * A GET of the path for a HOST:PORT, or for a host (or unix:PATH) and a port,
 * which is not said where it is `usual_port`. NULL without memory.
 */
char *request_get(const char *path, const char *target, const char *host,
	const char *port, const char *usual_port);

#endif
