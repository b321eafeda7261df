/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Checks a proxy with both ends ours: directly, then through the proxy. */
#ifndef GRACELAB_PROXY_H
#define GRACELAB_PROXY_H

#include <stdbool.h>

#include "gracelab/judge/inspect.h"
#include "relay.h"

enum proxy_id {
	PROXY_CLIENT_FIN,
	PROXY_SERVER_FIN,
	PROXY_GATED,
	PROXY_BARE_FIN,
	PROXY_LARGE,
	PROXY_IDLE,
	PROXY_RESET_FORWARD,
	PROXY_RESET_BACK,
	PROXY_NEXT,
	PROXY_CHECKS,
};

/* The table, PROXY_CHECKS long, by id, in the order of playing. */
const struct inspect_item *proxy_checks(void);

struct proxy_options {
	const char *front_host, *front_port; /* the proxy */
	const char *back_port;               /* ours, on 127.0.0.1 */
	int listener;                        /* there */
	bool chosen[PROXY_CHECKS];
	int64_t patience_ms, idle_ms;
	/* Called before each play and with each event; NULL: nobody. */
	void (*progress)(void *context, const char *check, bool control);
	void (*on_event)(void *context, int side, const struct event *event);
	void *context;
};

enum proxy_verdict {
	PROXY_PASS,
	PROXY_FAIL,
	PROXY_REPORTED,
	PROXY_CONTROL_FAILS, /* without the proxy it fails too */
};

#define PROXY_WHY_SIZE 200

struct proxy_finding {
	enum proxy_verdict verdict;
	char why[PROXY_WHY_SIZE];
	bool next_served; /* was the next connection served? */
	bool unreachable; /* nobody took the connection */
};

/* Plays one check, control first. */
void proxy_run(const struct proxy_options *options, enum proxy_id id,
	struct proxy_finding *finding);

/*
 * Plays the check's script once more through the proxy (or directly), for its
 * events alone.
 */
void proxy_replay(
	const struct proxy_options *options, enum proxy_id id, bool control);

#endif
