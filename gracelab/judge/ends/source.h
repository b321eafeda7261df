/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a ladder of a try is drawn from: data alone. */
#ifndef GRACELAB_ENDS_SOURCE_H
#define GRACELAB_ENDS_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

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
	/* When grace itself closed what was still open; 0: nothing was. */
	uint64_t given_up_ns;
	int64_t patience_ms; /* nothing had happened for so long; 0: the rest
			      * could change nothing */
	const char *remark;  /* what the ladder lacks, or NULL */
	const char *lacks;   /* ... of the proxy's calls, or NULL */
};

#endif
