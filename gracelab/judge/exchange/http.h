/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where an HTTP/1 reply ends (RFC 9112 section 6), found while it comes. Pure.
 */
#ifndef GRACELAB_HTTP_H
#define GRACELAB_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum http_stage {
	HTTP_STATUS_LINE,
	HTTP_HEADER,
	HTTP_BODY, /* of a known length, or until the connection ends */
	HTTP_CHUNK_SIZE,
	HTTP_CHUNK,
	HTTP_CHUNK_END, /* the empty line behind it */
	HTTP_TRAILER,
	HTTP_WHOLE,
	HTTP_NO, /* it is no HTTP, or not to be understood */
};

/* As much of a header's line as is looked at. */
#define HTTP_LINE_BYTES 256

struct http {
	enum http_stage stage;
	bool head; /* the request was HEAD */
	int status;
	bool until_close;    /* only the end of the connection ends the body */
	uint64_t body_bytes; /* so far; of a chunked one, decoded */
	uint64_t body_left;  /* of the body or the chunk; no meaning until_close
			      */
	uint64_t content_length;
	bool has_length, chunked;
	char line[HTTP_LINE_BYTES];
	size_t line_bytes;
};

/* Begins; `head`: the request was HEAD, whose reply has no body. */
void http_begin(struct http *http, bool head);

/* Goes on with the next `len` bytes; those behind the reply are overlooked. */
void http_feed(struct http *http, const char *data, size_t len);

/*
 * True once the header is whole: `status` is that of the final reply, and
 * interim ones (1xx) are passed.
 */
bool http_is_reply(const struct http *http);

/* True while what came may still become a reply. */
bool http_may_be_reply(const struct http *http);

#endif
