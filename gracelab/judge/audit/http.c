/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "http.h"

#include <string.h>
#include <strings.h>

/* The offset behind the header's empty line, or 0. */
static size_t find_body(const char *head, size_t len)
{
	const char *line = head, *end = head + len, *newline;

	while ((newline = memchr(line, '\n', (size_t)(end - line)))) {
		if (newline == line || (newline == line + 1 && *line == '\r'))
			return (size_t)(newline - head) + 1;
		line = newline + 1;
	}
	return 0;
}

/* The value of a header line if it has this name, else NULL. */
static const char *value_of(const char *line, size_t len, const char *name)
{
	size_t name_len = strlen(name);

	if (len <= name_len || line[name_len] != ':' ||
		strncasecmp(line, name, name_len) != 0)
		return NULL;
	return line + name_len + 1;
}

static int64_t read_length(const char *at, const char *end)
{
	int64_t length = 0;
	bool any = false;

	while (at < end && *at == ' ')
		at++;
	for (; at < end && *at >= '0' && *at <= '9'; at++) {
		any = true;
		if (length > INT64_MAX / 10 - 10)
			return -1;
		length = length * 10 + (*at - '0');
	}
	return any ? length : -1;
}

static void read_line(struct http_reply *reply, const char *line, size_t len)
{
	const char *value = value_of(line, len, "Content-Length");

	if (value)
		reply->content_length = read_length(value, line + len);
	value = value_of(line, len, "Transfer-Encoding");
	if (value && memmem(value, (size_t)(line + len - value), "chunked", 7))
		reply->chunked = true;
}

bool http_parse(const char *head, size_t len, struct http_reply *reply)
{
	*reply = (struct http_reply){ .content_length = -1 };
	if (len < 12 || strncmp(head, "HTTP/", 5) != 0)
		return false;
	const char *space = memchr(head, ' ', len);

	reply->header_bytes = find_body(head, len);
	if (!space || !reply->header_bytes ||
		space + 4 > head + reply->header_bytes)
		return false;
	for (int i = 1; i <= 3; i++) {
		if (space[i] < '0' || space[i] > '9')
			return false;
		reply->status = reply->status * 10 + (space[i] - '0');
	}
	const char *line = head, *end = head + reply->header_bytes;

	while (line < end) {
		const char *newline = memchr(line, '\n', (size_t)(end - line));

		if (!newline)
			break;
		read_line(reply, line, (size_t)(newline - line));
		line = newline + 1;
	}
	return true;
}

bool http_is_whole(const char *head, size_t len, uint64_t bytes)
{
	struct http_reply reply;

	if (!http_parse(head, len, &reply))
		return false;
	if (reply.content_length >= 0 && !reply.chunked)
		return bytes >=
			reply.header_bytes + (uint64_t)reply.content_length;
	return false;
}
