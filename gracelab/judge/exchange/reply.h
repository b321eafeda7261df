/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What came of a reply, and whether it is known to be whole. Pure. */
#ifndef GRACELAB_REPLY_H
#define GRACELAB_REPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "http.h"

/* How much of a reply's beginning is kept. */
#define REPLY_HEAD_BYTES 4096

struct reply {
	uint64_t bytes;
	char head[REPLY_HEAD_BYTES];
	size_t head_bytes;
	uint64_t digest; /* of its first megabyte; equal for equal ones */
	struct http http;
	size_t matched; /* how much of --until's text ends it so far */
	bool found;     /* all of that text has come */
};

/* What says where a reply ends, besides what it says itself. */
struct reply_rule {
	uint64_t expect_bytes; /* --expect; 0: not said */
	const char *until;     /* --until, or NULL; borrowed */
	size_t until_bytes;
	bool head;            /* the request is HEAD */
	uint64_t known_bytes; /* that replies have been seen to have; 0: none */
};

void reply_begin(struct reply *reply, const struct reply_rule *rule);

/* Goes on with the next bytes. */
void reply_feed(struct reply *reply, const struct reply_rule *rule,
	const char *data, size_t len);

/*
 * True once it is known to be whole, also without the end of the connection:
 * by --expect, by --until, by HTTP, or by the known length, whichever is the
 * first of these that there is.
 */
bool reply_is_whole(const struct reply *reply, const struct reply_rule *rule);

/* Whether it is HTTP, its header whole. */
static inline bool reply_is_http(const struct reply *reply)
{
	return http_is_reply(&reply->http);
}

#endif
