/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A try as a ladder: both ends' calls and both hops, in the order of time, as
 * lines for a person and as rows for a program.
 */
#ifndef GRACELAB_ENDS_ROWS_H
#define GRACELAB_ENDS_ROWS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "evidence.h"
#include "lib/base/side.h"

/* What is drawn; what is NULL was not seen. */
struct rows_source {
	const struct evidence *calls[SIDES];
	const struct evidence *hops[SIDES];  /* at each end */
	const struct evidence *proxy[SIDES]; /* what it called at each hop */
	const char *client; /* who that is; NULL: "our client" */
	bool direct;        /* there is no proxy, and one hop: the server's */
	uint64_t begun_ns;
	uint64_t given_up_ns; /* when nothing had happened for long; 0: never */
	int64_t patience_ms;  /* for how long */
	const char *remark;   /* what the ladder lacks, or NULL */
	const char *lacks;    /* ... of the proxy's calls, or NULL */
};

/*
 * The ladder as text under `title`, of 80 columns; a call of the proxy's names
 * its hop where its author has a descriptor, and may take more.
 */
void rows_write(FILE *out, const char *title, const struct rows_source *source);

/*
 * An array of rows: `t`, and `side`, `call`, `result` of a call, `hop`, `from`
 * and `segment` of a segment; a segment stands with the call that sent it. A
 * call of side `proxy` has `hop`, `pid` and `thread`; without a hop it is one
 * of a whole process. A row of grace's own has `event`. A new reference, or
 * NULL without memory.
 */
json_t *rows_json(const struct rows_source *source);

#endif
