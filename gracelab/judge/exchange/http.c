/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "http.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define STATUS_LINE "HTTP/1.1 200"

void http_begin(struct http *http, bool head)
{
	*http = (struct http){ .head = head };
}

bool http_is_reply(const struct http *http)
{
	return http->stage >= HTTP_BODY && http->stage <= HTTP_WHOLE;
}

bool http_may_be_reply(const struct http *http)
{
	return http->stage != HTTP_NO;
}

/* Whether so much of a status line is that of HTTP/1, which is `HTTP/d.d ddd`.
 */
static bool is_status_line(const char *line, size_t len)
{
	/* A space ends the status, or the line does. */
	if (len > strlen(STATUS_LINE) && line[strlen(STATUS_LINE)] != ' ' &&
		line[strlen(STATUS_LINE)] != '\r')
		return false;
	for (size_t i = 0; i < len && i < strlen(STATUS_LINE); i++) {
		char like = STATUS_LINE[i];

		if (isdigit((unsigned char)like)
				? !isdigit((unsigned char)line[i])
				: line[i] != like)
			return false;
	}
	return true;
}

static void take_status_line(struct http *http)
{
	const char *digits = http->line + strlen("HTTP/1.1 ");

	if (http->line_bytes < strlen(STATUS_LINE)) {
		http->stage = HTTP_NO;
		return;
	}
	http->status = 100 * (digits[0] - '0') + 10 * (digits[1] - '0') +
		(digits[2] - '0');
	http->stage = http->status < 100 ? HTTP_NO : HTTP_HEADER;
}

/* The value of the line under way if it has this name, else NULL. */
static const char *value_of(const struct http *http, const char *name)
{
	size_t len = strlen(name);

	if (http->line_bytes <= len || http->line[len] != ':' ||
		strncasecmp(http->line, name, len) != 0)
		return NULL;
	return http->line + len + 1;
}

/*
 * Reads digits of a base up to anything else. Returns where they end, or NULL
 * where there are none or too many.
 */
static const char *read_number(
	const char *at, const char *end, unsigned base, uint64_t *number)
{
	const char *begin = at;

	*number = 0;
	for (; at < end && isxdigit((unsigned char)*at); at++) {
		unsigned digit = isdigit((unsigned char)*at)
			? (unsigned)(*at - '0')
			: (unsigned)(tolower((unsigned char)*at) - 'a' + 10);

		if (digit >= base)
			break;
		if (*number > (UINT64_MAX >> 8))
			return NULL;
		*number = *number * base + digit;
	}
	return at > begin ? at : NULL;
}

/* `5`, or the same many times: `5, 5`. Whatever else it is ends the parse. */
static void take_length(struct http *http, const char *at)
{
	const char *end = http->line + http->line_bytes;
	uint64_t length;

	while (at < end) {
		while (at < end && (*at == ' ' || *at == '\t'))
			at++;
		at = read_number(at, end, 10, &length);
		if (!at ||
			(http->has_length && http->content_length != length)) {
			http->stage = HTTP_NO;
			return;
		}
		http->has_length = true;
		http->content_length = length;
		while (at < end && (*at == ' ' || *at == '\t'))
			at++;
		if (at < end && *at++ != ',') {
			http->stage = HTTP_NO;
			return;
		}
	}
}

/* Only where it is the last coding does `chunked` tell where the body ends. */
static void take_coding(struct http *http, const char *value)
{
	const char *end = http->line + http->line_bytes;

	while (end > value && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	http->has_length = false;
	http->until_close = true;
	http->chunked = end - value >= 7 && !strncasecmp(end - 7, "chunked", 7);
}

static void end_header(struct http *http)
{
	/* 101 is final: what follows is another protocol's. */
	if (http->status >= 100 && http->status < 200 && http->status != 101) {
		http_begin(http, http->head);
		return;
	}
	if (http->head || http->status == 204 || http->status == 304) {
		http->stage = HTTP_WHOLE;
		http->until_close = false;
	} else if (http->chunked) {
		http->stage = HTTP_CHUNK_SIZE;
		http->until_close = false;
	} else if (http->has_length && !http->until_close) {
		http->body_left = http->content_length;
		http->stage = http->body_left ? HTTP_BODY : HTTP_WHOLE;
	} else {
		http->until_close = true;
		http->stage = HTTP_BODY;
	}
}

static void take_header_line(struct http *http)
{
	const char *value;

	if (!http->line_bytes) {
		end_header(http);
		return;
	}
	value = value_of(http, "Content-Length");
	if (value)
		take_length(http, value);
	value = value_of(http, "Transfer-Encoding");
	if (value)
		take_coding(http, value);
}

static void take_chunk_size(struct http *http)
{
	const char *end = http->line + http->line_bytes;
	const char *at = read_number(http->line, end, 16, &http->body_left);

	/* What stands behind it are extensions. */
	if (!at || (at < end && !strchr("; \t", *at)))
		http->stage = HTTP_NO;
	else
		http->stage = http->body_left ? HTTP_CHUNK : HTTP_TRAILER;
}

static void take_line(struct http *http)
{
	switch (http->stage) {
	case HTTP_STATUS_LINE:
		take_status_line(http);
		break;
	case HTTP_HEADER:
		take_header_line(http);
		break;
	case HTTP_CHUNK_SIZE:
		take_chunk_size(http);
		break;
	case HTTP_CHUNK_END:
		http->stage = http->line_bytes ? HTTP_NO : HTTP_CHUNK_SIZE;
		break;
	case HTTP_TRAILER:
		if (!http->line_bytes)
			http->stage = HTTP_WHOLE;
		break;
	case HTTP_BODY:
	case HTTP_CHUNK:
	case HTTP_WHOLE:
	case HTTP_NO:
		break;
	}
	http->line_bytes = 0;
}

static void feed_line(struct http *http, char c)
{
	if (c != '\n') {
		if (http->line_bytes < HTTP_LINE_BYTES)
			http->line[http->line_bytes++] = c;
		if (http->stage == HTTP_STATUS_LINE &&
			!is_status_line(http->line, http->line_bytes))
			http->stage = HTTP_NO;
		return;
	}
	if (http->line_bytes && http->line_bytes < HTTP_LINE_BYTES &&
		http->line[http->line_bytes - 1] == '\r')
		http->line_bytes--;
	take_line(http);
}

/* Bytes of the body. Returns how many were. */
static size_t feed_body(struct http *http, size_t len)
{
	bool known = http->stage == HTTP_CHUNK || !http->until_close;
	size_t taken =
		known && http->body_left < len ? (size_t)http->body_left : len;

	http->body_bytes += taken;
	if (!known)
		return taken;
	http->body_left -= taken;
	if (!http->body_left)
		http->stage =
			http->stage == HTTP_CHUNK ? HTTP_CHUNK_END : HTTP_WHOLE;
	return taken;
}

void http_feed(struct http *http, const char *data, size_t len)
{
	size_t at = 0;

	while (at < len && http->stage != HTTP_WHOLE && http->stage != HTTP_NO)
		if (http->stage == HTTP_BODY || http->stage == HTTP_CHUNK)
			at += feed_body(http, len - at);
		else
			feed_line(http, data[at++]);
}
