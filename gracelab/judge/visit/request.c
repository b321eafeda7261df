/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "request.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* The head's copy, terminated; a NUL in it ends it. */
struct head {
	char text[REPLY_HEAD_BYTES + 1];
};

static struct head head_of(const struct reply *heard)
{
	struct head head;

	memcpy(head.text, heard->head, heard->head_bytes);
	head.text[heard->head_bytes] = '\0';
	return head;
}

bool request_is_http(const struct reply *heard)
{
	const struct head head = head_of(heard);
	const char *end = strstr(head.text, "\r\n");
	size_t method = strspn(head.text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");

	if (!end || !method || head.text[method] != ' ')
		return false;
	for (const char *at = head.text + method; at + 9 <= end; at++)
		if (!strncmp(at, " HTTP/1.", 8) && at + 9 == end)
			return true;
	return false;
}

bool request_is_head(const struct reply *heard)
{
	return heard->head_bytes > 5 && !memcmp(heard->head, "HEAD ", 5) &&
		request_is_http(heard);
}

/* The value of a field in the header, or NULL. */
static const char *field(const char *header, const char *end, const char *name)
{
	size_t len = strlen(name);

	for (const char *line = header;
		(line = strstr(line, "\r\n")) && line < end;) {
		line += 2;
		if (!strncasecmp(line, name, len) && line[len] == ':')
			return line + len + 1 + strspn(line + len + 1, " \t");
	}
	return NULL;
}

static enum request_state http_state(const struct reply *heard)
{
	const struct head head = head_of(heard);
	const char *end = strstr(head.text, "\r\n\r\n"), *length;
	uint64_t body_bytes;

	if (!end)
		return heard->head_bytes < REPLY_HEAD_BYTES ? REQUEST_BEGUN
							    : REQUEST_OPEN;
	if (field(head.text, end, "Transfer-Encoding"))
		return REQUEST_OPEN;
	length = field(head.text, end, "Content-Length");
	body_bytes = length ? strtoull(length, NULL, 10) : 0;
	return heard->bytes - (uint64_t)(end + 4 - head.text) >= body_bytes
		? REQUEST_WHOLE
		: REQUEST_BEGUN;
}

enum request_state request_state(
	const struct reply *heard, const struct reply_rule *rule)
{
	if (rule->expect_bytes || rule->until)
		return reply_is_whole(heard, rule) ? REQUEST_WHOLE
						   : REQUEST_BEGUN;
	return request_is_http(heard) ? http_state(heard) : REQUEST_OPEN;
}
