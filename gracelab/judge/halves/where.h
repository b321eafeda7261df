/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where a proxy is that runs already: --front and --back; and which half of a
 * check on two machines this is. The near half (--half=client) is client,
 * server and judge; the far half (--half=server) stands where the proxy
 * connects to, and hands on to it.
 */
#ifndef GRACELAB_WHERE_H
#define GRACELAB_WHERE_H

#include <argp.h>
#include <stdint.h>

struct where {
	enum { WHERE_WHOLE, WHERE_SERVER, WHERE_CLIENT } half;
	const char *at;     /* of the far half: where it awaits the near one */
	const char *other;  /* of the near half: where the far one is */
	char *front, *back; /* owned: what was said, cut in pieces; or NULL */
	const char *front_host; /* a host with the port, or unix:PATH */
	uint16_t front_port;    /* 0: a UNIX socket */
	const char *back_host;  /* NULL: 127.0.0.1 */
	uint16_t back_port;     /* 0: not said */
	const char *back_unix;  /* unix:PATH, or NULL */
};

/* A child parser; its input is a struct where. */
extern const struct argp where_argp;

void where_free(struct where *where);

#endif
