/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "answer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void put_header(FILE *out, enum answer_kind kind, size_t body_bytes)
{
	fputs("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
	      "Connection: close\r\n",
		out);
	switch (kind) {
	case ANSWER_WHOLE:
	case ANSWER_LARGE:
	case ANSWER_CUT:
		fprintf(out, "Content-Length: %zu\r\n", body_bytes);
		break;
	case ANSWER_CHUNKED:
	case ANSWER_CHUNKED_CUT:
		fputs("Transfer-Encoding: chunked\r\n", out);
		break;
	case ANSWER_UNTIL_FIN:
	case ANSWER_UNTIL_FIN_CUT:
		break;
	}
	fputs("\r\n", out);
}

static bool is_cut(enum answer_kind kind)
{
	return kind == ANSWER_CUT || kind == ANSWER_CHUNKED_CUT ||
		kind == ANSWER_UNTIL_FIN_CUT;
}

static bool is_chunked(enum answer_kind kind)
{
	return kind == ANSWER_CHUNKED || kind == ANSWER_CHUNKED_CUT;
}

/* Two chunks, the second of which ends too soon if it is cut: how much of the
 * body that is. */
static size_t put_chunks(FILE *out, const char *body, size_t bytes, bool cut)
{
	size_t first = bytes / 2, rest = bytes - first;
	size_t put = cut ? rest / 2 : rest;

	if (first) {
		fprintf(out, "%zx\r\n", first);
		fwrite(body, 1, first, out);
		fputs("\r\n", out);
	}
	fprintf(out, "%zx\r\n", rest);
	fwrite(body + first, 1, put, out);
	if (!cut)
		fputs("\r\n0\r\n\r\n", out);
	return first + put;
}

/* Where the body of a reply begins that is HTTP already; else it is all of it.
 */
static size_t header_bytes(const struct answer_matter *matter)
{
	const char *end =
		matter->reply_bytes > 7 && !memcmp(matter->reply, "HTTP/1.", 7)
		? memmem(matter->reply, matter->reply_bytes, "\r\n\r\n", 4)
		: NULL;

	return end ? (size_t)(end + 4 - matter->reply) : 0;
}

bool answer_make(struct answer *answer, enum answer_kind kind,
	const struct answer_matter *matter)
{
	size_t bytes =
		is_cut(kind) ? matter->reply_bytes / 2 : matter->reply_bytes;
	size_t times = kind == ANSWER_LARGE
		? ANSWER_LARGE_BYTES / matter->reply_bytes + 1
		: 1;
	size_t header = matter->http ? 0 : header_bytes(matter);
	FILE *out;

	*answer = (struct answer){ 0 };
	out = open_memstream(&answer->text, &answer->bytes);
	if (!out)
		return false;
	if (matter->http)
		put_header(out, kind, matter->reply_bytes * times);
	fflush(out);
	answer->header_bytes = matter->http ? answer->bytes : header;
	if (matter->http && matter->head)
		bytes = 0;
	else if (matter->http && is_chunked(kind))
		bytes = put_chunks(
			out, matter->reply, matter->reply_bytes, is_cut(kind));
	else
		for (size_t i = 0; i < times; i++)
			fwrite(matter->reply, 1, bytes, out);
	answer->body = matter->reply + header;
	answer->body_bytes = bytes > header ? bytes - header : 0;
	if (fclose(out)) {
		free(answer->text);
		answer->text = NULL;
		return false;
	}
	/* What has no body can be cut only here. */
	if (matter->http && matter->head && is_cut(kind))
		answer->bytes /= 2;
	return true;
}

void answer_free(struct answer *answer)
{
	free(answer->text);
	*answer = (struct answer){ 0 };
}
