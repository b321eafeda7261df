/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is said to a proxy before it is one: --preamble, --socks5, --connect. */
#ifndef GRACELAB_TUNNEL_H
#define GRACELAB_TUNNEL_H

#include <argp.h>
#include <stdbool.h>

#include "gracelab/judge/exchange/preamble.h"
#include "gracelab/judge/subject/subject.h"

struct tunnel {
	enum { TUNNEL_NONE, TUNNEL_FILE, TUNNEL_SOCKS5, TUNNEL_CONNECT } kind;
	char *text; /* owned: the file's, or HOST:PORT; not filled in yet */
	size_t bytes;
	struct preamble preamble; /* once made */
};

/* A child parser; its input is a struct tunnel. */
extern const struct argp tunnel_argp;

/*
 * Makes the preamble, filled in with these ports as a command's words are;
 * false with the reason in `error`, of PREAMBLE_ERROR_SIZE.
 */
bool tunnel_make(
	struct tunnel *tunnel, const struct subject_ports *ports, char *error);

void tunnel_free(struct tunnel *tunnel);

#endif
