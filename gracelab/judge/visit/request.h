/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a client has said, and whether it is a whole request. Pure. */
#ifndef GRACELAB_CLIENT_REQUEST_H
#define GRACELAB_CLIENT_REQUEST_H

#include <stdbool.h>

#include "gracelab/judge/exchange/reply.h"

enum request_state {
	REQUEST_OPEN,  /* only silence tells whether there is more */
	REQUEST_BEGUN, /* there is more to come, by the rule */
	REQUEST_WHOLE,
};

/*
 * How far it is. `heard` is what has come, fed by that rule; the rule comes
 * first, then HTTP (RFC 9112 section 6). What is chunked is REQUEST_OPEN once
 * its header is whole.
 */
enum request_state request_state(
	const struct reply *heard, const struct reply_rule *rule);

/* Whether it begins as one of HTTP/1, its first line whole. */
bool request_is_http(const struct reply *heard);

/* Whether it is one of HTTP that asks for no body. */
bool request_is_head(const struct reply *heard);

#endif
