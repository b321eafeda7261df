/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Replies that an audit compares: http.h, verdict.h. */
#include <stdlib.h>

#include "fuzz.h"
#include "gracelab/judge/audit/http.h"
#include "gracelab/judge/audit/verdict.h"
#include "tests/unit/tap.h"

/* How far each place to cut a reply is tried. */
#define CUTS 200

/* A reply after which the FIN came. */
static void set_result(
	struct exchange_result *result, const uint8_t *data, size_t size)
{
	result->connected = result->answered = result->eof = true;
	result->bytes = size;
	result->head_bytes =
		size < sizeof(result->head) ? size : sizeof(result->head);
	memcpy(result->head, data, result->head_bytes);
	result->first_byte_s = 0.5;
	result->end_s = 1;
	result->fin_s = 0.25;
	result->state = STATE_FIN_WAIT2;
}

static void check_http(const char *head, size_t len)
{
	struct http_reply reply;

	if (!http_parse(head, len, &reply)) {
		EXPECT(!http_is_whole(head, len, UINT64_MAX));
		return;
	}
	EXPECT(reply.status >= 0 && reply.status <= 999);
	EXPECT(reply.header_bytes > 0 && reply.header_bytes <= len);
	EXPECT(head[reply.header_bytes - 1] == '\n');
	EXPECT(reply.content_length >= -1);
	EXPECT(!http_is_whole(head, len, reply.header_bytes - 1));
	EXPECT(http_is_whole(head, len, UINT64_MAX) ==
		(reply.content_length >= 0 && !reply.chunked));
}

/* What a header says does not depend on the body behind it. */
static void check_prefix(
	const char *head, size_t cut, const struct http_reply *whole)
{
	struct http_reply reply;
	char *copy = fuzz_copy(head, cut);

	check_http(copy, cut);
	if (EXPECT(http_parse(copy, cut, &reply) ==
		    (whole && cut >= whole->header_bytes)) &&
		whole && cut >= whole->header_bytes) {
		EXPECT_INT(whole->header_bytes, reply.header_bytes);
		EXPECT_INT(whole->status, reply.status);
		EXPECT_INT(whole->content_length, reply.content_length);
		EXPECT(whole->chunked == reply.chunked);
	}
	free(copy);
}

static enum verdict judge(
	const struct exchange_result *result, const struct baseline *baseline)
{
	enum verdict verdict = verdict_judge(result, baseline);
	char why[VERDICT_WHY_SIZE];

	memset(why, 'w', sizeof(why));
	verdict_why(verdict, result, baseline, why);
	const char *end = memchr(why, '\0', sizeof(why));

	if (EXPECT(end))
		EXPECT(fuzz_is_harmless(why, (size_t)(end - why)));
	EXPECT(!end || !strstr(why, "nan") || strchr(why, '"'));
	return verdict;
}

static void check_cut(const uint8_t *data, size_t cut,
	const struct baseline *baseline, struct exchange_result *result)
{
	set_result(result, data, cut);
	EXPECT_INT(cut ? VERDICT_TRUNCATED : VERDICT_LOST,
		judge(result, baseline));
}

static void check_verdicts(const uint8_t *data, size_t size,
	const uint8_t *other, size_t other_bytes)
{
	static struct exchange_result result;
	static struct baseline baseline;
	struct http_reply reply;

	set_result(&result, data, size);
	const char *none = verdict_baseline(&result, &result, &baseline);

	EXPECT(!none == (size > 0));
	if (none)
		return;
	EXPECT_INT(VERDICT_HONOURED, judge(&result, &baseline));
	for (size_t cut = 0; cut < size && cut < CUTS; cut++)
		check_cut(data, cut, &baseline, &result);
	set_result(&result, other, other_bytes);
	enum verdict verdict = judge(&result, &baseline);

	/* What is much longer than a header was not cut within one. */
	if (verdict == VERDICT_TRUNCATED && baseline.http &&
		!http_parse(result.head, result.head_bytes, &reply))
		EXPECT(other_bytes < size - baseline.bytes + 100);
	/* One without a body may differ in its header's lines alone. */
	if (verdict_is_honoured(verdict))
		EXPECT(baseline.http ? http_parse(result.head,
					       result.head_bytes, &reply) &&
					reply.status == baseline.status
				     : other_bytes == size);
}

bool fuzz_reply(const uint8_t *data, size_t size)
{
	const uint8_t *nul = size ? memchr(data, '\0', size) : NULL;
	size_t first = nul ? (size_t)(nul - data) : size;
	const uint8_t *other = nul ? nul + 1 : data;
	char *copy = fuzz_copy(data, first);
	struct http_reply reply;
	bool http = http_parse(copy, first, &reply);

	check_http(copy, first);
	for (size_t cut = 0; cut <= first && cut < CUTS; cut++)
		check_prefix(copy, cut, http ? &reply : NULL);
	check_verdicts(data, first, other, nul ? size - first - 1 : 0);
	free(copy);
	return http;
}
