/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The checks of a proxy, and the scenes that they are made of, as data. */
#ifndef GRACELAB_CHECKS_H
#define GRACELAB_CHECKS_H

#include <stdbool.h>
#include <stdint.h>

#include "gracelab/judge/inspect.h"
#include "gracelab/judge/relay/scene.h"
#include "lib/base/side.h"

enum check_id {
	CHECK_PLAIN,
	CHECK_CLIENT_FIN,
	CHECK_SERVER_FIN,
	CHECK_GATED,
	CHECK_BARE_FIN,
	CHECK_LARGE,
	CHECK_IDLE,
	CHECK_RESET_FORWARD,
	CHECK_RESET_BACK,
	CHECK_NEXT,
	CHECK_HELD,
	CHECKS,
};

enum {
	CHECKS_REQUEST_BYTES = 100,
	CHECKS_THINK_MS = 1000,
};

/* One thing that a check plays. */
struct check_part {
	const struct scene *scene;
	/* The same times and sizes without a FIN; NULL: the plain check. */
	const struct scene *without_fin;
	int64_t size;     /* of it, in bytes; 0: it has none */
	bool more;        /* only where tries are made side by side */
	const char *what; /* "reply of 3 MiB"; "": there is but one part */
};

struct check {
	const struct check_part *parts; /* the last has no scene */
	unsigned tries;                 /* of each part, side by side, */
	unsigned alone; /* and where they are made one after the other */
	bool quiet;     /* played while nothing else moves */
	/* What is violated where it fails. */
	const char *violation;
};

extern const struct inspect_item checks_items[CHECKS];
extern const struct check checks[CHECKS];

/* Parts of CHECK_LARGE of as much as the proxy holds; see plain_fill(). */
extern const struct check_part checks_filled[];

/* A plain connection that a client holds until all of them may go on. */
extern const struct scene checks_held;
/* One whose client waits for the proxy to connect, or for as many connections
 * as the play's size, before it says a word. */
extern const struct scene checks_early;

/* One whose client reads nothing until the gate opens. */
extern const struct scene checks_deaf;

#endif
