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

/* Two chunks, the second of which ends too soon if it is cut. */
static void put_chunks(FILE *out, const char *body, size_t bytes, bool cut)
{
	size_t first = bytes / 2, rest = bytes - first;

	if (first) {
		fprintf(out, "%zx\r\n", first);
		fwrite(body, 1, first, out);
		fputs("\r\n", out);
	}
	fprintf(out, "%zx\r\n", rest);
	fwrite(body + first, 1, cut ? rest / 2 : rest, out);
	if (!cut)
		fputs("\r\n0\r\n\r\n", out);
}

bool answer_make(struct answer *answer, enum answer_kind kind,
	const struct answer_matter *matter)
{
	size_t bytes = matter->reply_bytes, cut_bytes = bytes / 2;
	FILE *out;

	*answer = (struct answer){ 0 };
	out = open_memstream(&answer->text, &answer->bytes);
	if (!out)
		return false;
	if (matter->http)
		put_header(out, kind, bytes);
	fflush(out);
	answer->body_at = answer->bytes;
	if (matter->http && matter->head)
		bytes = cut_bytes = 0;
	if (matter->http && is_chunked(kind) && !matter->head)
		put_chunks(out, matter->reply, bytes, is_cut(kind));
	else
		fwrite(matter->reply, 1, is_cut(kind) ? cut_bytes : bytes, out);
	if (fclose(out)) {
		free(answer->text);
		answer->text = NULL;
		return false;
	}
	/* What asks for no body can be cut only here. */
	if (matter->http && matter->head && is_cut(kind))
		answer->bytes = answer->body_at = answer->body_at / 2;
	return true;
}

void answer_free(struct answer *answer)
{
	free(answer->text);
	*answer = (struct answer){ 0 };
}
