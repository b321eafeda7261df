/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Replies that an audit compares: http.h, reply.h, compare.h, cause.h. */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "gracelab/judge/verdict/cause.h"
#include "tests/unit/tap.h"

/* How far each place to cut a reply is tried. */
#define CUTS 200

static const struct reply_rule no_rule;

/* A reply after which the FIN came. */
static void set_result(
	struct exchange_result *result, const uint8_t *data, size_t size)
{
	*result = (struct exchange_result){
		.end = END_EOF,
		.connected = true,
		.asked = true,
		.first_byte_s = size ? 0.5 : -1,
		.last_byte_s = size ? 0.6 : -1,
		.end_s = 1,
		.fin_s = 0.25,
		.state = STATE_FIN_WAIT2,
	};
	reply_begin(&result->reply, &no_rule);
	reply_feed(&result->reply, &no_rule, (const char *)data, size);
	result->whole = reply_is_whole(&result->reply, &no_rule);
}

static void expect_same(const struct http *one, const struct http *other)
{
	EXPECT_INT(one->stage, other->stage);
	EXPECT_INT(one->status, other->status);
	EXPECT_INT((int64_t)one->body_bytes, (int64_t)other->body_bytes);
	EXPECT(one->until_close == other->until_close);
	EXPECT(one->has_length == other->has_length);
}

/* However it is cut up, it is the same, and once it is whole it stays so. */
static void check_http(const char *text, size_t len)
{
	struct http all, piece;
	bool whole = false;

	http_begin(&all, false);
	http_feed(&all, text, len);
	http_begin(&piece, false);
	for (size_t i = 0; i < len; i++) {
		uint64_t before = piece.body_bytes;

		http_feed(&piece, text + i, 1);
		EXPECT(!whole || piece.stage == HTTP_WHOLE);
		EXPECT(!whole || piece.body_bytes == before);
		whole = piece.stage == HTTP_WHOLE;
	}
	expect_same(&all, &piece);
	if (http_is_reply(&all)) {
		EXPECT(all.status >= 101 && all.status <= 999);
		EXPECT(all.body_bytes <= len);
	}
}

static enum verdict judge(
	const struct baseline *baseline, const struct exchange_result *result)
{
	struct cause_times times = { .after_fin_s = -1, .after_request_s = -1 };
	enum verdict verdict = compare(baseline, result);
	char why[256];

	cause_add(&times, result);
	memset(why, 'w', sizeof(why));
	cause_say(verdict, baseline, result, cause_of(baseline, &times, NULL),
		&times, why, sizeof(why));
	const char *end = memchr(why, '\0', sizeof(why));

	if (EXPECT(end))
		EXPECT(fuzz_is_harmless(why, (size_t)(end - why)));
	EXPECT(!end || verdict != VERDICT_TRUNCATED || !strstr(why, "100.0%"));
	return verdict;
}

/* A beginning is lost or truncated, unless it says itself that it is all. */
static void check_cut(const uint8_t *data, size_t cut,
	const struct baseline *baseline, struct exchange_result *result)
{
	uint8_t *copy = (uint8_t *)fuzz_copy(data, cut);

	set_result(result, copy, cut);
	bool whole = baseline->by == WHOLE_BY_HTTP &&
		(result->whole ||
			(baseline->until_close &&
				reply_is_http(&result->reply) &&
				result->reply.http.body_bytes >=
					baseline->least_bytes));

	EXPECT_INT(!cut         ? VERDICT_LOST
			: whole ? VERDICT_HONOURED
				: VERDICT_TRUNCATED,
		judge(baseline, result));
	free(copy);
}

static void check_other(const struct baseline *baseline,
	struct exchange_result *result, const uint8_t *other, size_t bytes)
{
	set_result(result, other, bytes);
	if (!verdict_is_honoured(judge(baseline, result)))
		return;
	if (baseline->by == WHOLE_BY_HTTP)
		EXPECT_INT(baseline->status, result->reply.http.status);
	else
		EXPECT_INT((int64_t)baseline->first.bytes, (int64_t)bytes);
}

static void check_verdicts(const uint8_t *data, size_t size,
	const uint8_t *other, size_t other_bytes)
{
	static struct exchange_result result;
	static struct baseline baseline;

	if (!size)
		return;
	set_result(&result, data, size);
	baseline = (struct baseline){ 0 };
	baseline_begin(&baseline,
		reply_is_http(&result.reply) ? WHOLE_BY_HTTP : WHOLE_BY_EOF,
		&result);
	/* Cut within its own framing it is no baseline. */
	if (!baseline_is_met(&baseline, &result))
		return;
	baseline_add(&baseline, &result);
	EXPECT_INT(VERDICT_HONOURED, judge(&baseline, &result));
	for (size_t cut = 0; cut < size && cut < CUTS; cut++)
		check_cut(data, cut, &baseline, &result);
	check_other(&baseline, &result, other, other_bytes);
}

bool fuzz_reply(const uint8_t *data, size_t size)
{
	const uint8_t *nul = size ? memchr(data, '\0', size) : NULL;
	size_t first = nul ? (size_t)(nul - data) : size;
	const uint8_t *other = nul ? nul + 1 : data;
	char *copy = fuzz_copy(data, first);
	struct http http;

	check_http(copy, first);
	check_verdicts(data, first, other, nul ? size - first - 1 : 0);
	http_begin(&http, false);
	http_feed(&http, copy, first);
	free(copy);
	return http_is_reply(&http);
}
