/* SPDX-License-Identifier: GPL-3.0-or-later */
/* As much of an HTTP/1 reply as an audit compares (RFC 9112). */
#ifndef GRACELAB_HTTP_H
#define GRACELAB_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct http_reply {
	int status;             /* 200 */
	size_t header_bytes;    /* with the empty line at its end */
	int64_t content_length; /* -1: not said */
	bool chunked;
};

/*
 * Reads the beginning of a reply; `head` is `len` bytes of it, not terminated.
 * False where it is no HTTP reply or its header is not whole.
 */
bool http_parse(const char *head, size_t len, struct http_reply *reply);

/*
 * True if a reply of `bytes` in all, which begins with `head`, is known to be
 * whole.
 */
bool http_is_whole(const char *head, size_t len, uint64_t bytes);

#endif
