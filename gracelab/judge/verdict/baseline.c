/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "baseline.h"

uint64_t baseline_bytes(
	const struct baseline *baseline, const struct exchange_result *result)
{
	return baseline->by == WHOLE_BY_HTTP ? result->reply.http.body_bytes
					     : result->reply.bytes;
}

static double first_byte_s(
	const struct baseline *baseline, const struct exchange_result *result)
{
	double from_s = baseline->gated ? result->fin_s : result->sent_s;
	double first = result->first_byte_s - (from_s < 0 ? 0 : from_s);

	return first < 0 ? 0 : first;
}

/* Notes when it has begun, if none was sooner. */
static void note_first_byte(
	struct baseline *baseline, const struct exchange_result *result)
{
	double first = first_byte_s(baseline, result);
	double think = first - result->round_trip_s;

	if (think < 0)
		think = 0;
	if (baseline->first_byte_s < 0 || first < baseline->first_byte_s)
		baseline->first_byte_s = first;
	if (baseline->think_s < 0 || think < baseline->think_s)
		baseline->think_s = think;
}

/* When the reply was over. */
static double over_s(const struct exchange_result *result)
{
	return result->end_s > result->last_byte_s ? result->end_s
						   : result->last_byte_s;
}

/* How much of two beginnings is the same, of `most` bytes at the most. */
static size_t common(
	const struct reply *one, const struct reply *other, size_t most)
{
	size_t i = 0;

	while (i < most && i < one->head_bytes && i < other->head_bytes &&
		one->head[i] == other->head[i])
		i++;
	return i;
}

void baseline_begin(struct baseline *baseline, enum whole_by by,
	const struct exchange_result *result)
{
	const struct http *http = &result->reply.http;
	bool gated = baseline->gated;

	*baseline = (struct baseline){
		.by = by,
		.first = result->reply,
		.same_bytes = true,
		.common_bytes = result->reply.head_bytes,
		.most_s = over_s(result),
		.notified = result->tls_end.notified,
		.drawn_s = result->last_byte_s - result->first_byte_s,
		.longest_s = result->longest_s,
		.gated = gated,
		.first_byte_s = -1,
		.think_s = -1,
	};
	if (reply_is_http(&result->reply)) {
		baseline->status = http->status;
		baseline->until_close = http->until_close;
	}
	baseline->least_bytes = baseline->most_bytes =
		baseline_bytes(baseline, result);
	note_first_byte(baseline, result);
}

void baseline_add(
	struct baseline *baseline, const struct exchange_result *result)
{
	uint64_t bytes = baseline_bytes(baseline, result);
	double over = over_s(result);
	double drawn = result->last_byte_s - result->first_byte_s;

	baseline->notified = baseline->notified && result->tls_end.notified;
	if (bytes < baseline->least_bytes)
		baseline->least_bytes = bytes;
	if (bytes > baseline->most_bytes)
		baseline->most_bytes = bytes;
	if (result->reply.bytes != baseline->first.bytes ||
		result->reply.digest != baseline->first.digest)
		baseline->same_bytes = false;
	baseline->common_bytes = common(
		&baseline->first, &result->reply, baseline->common_bytes);
	note_first_byte(baseline, result);
	if (drawn > baseline->drawn_s)
		baseline->drawn_s = drawn;
	if (result->longest_s > baseline->longest_s)
		baseline->longest_s = result->longest_s;
	if (over > baseline->most_s)
		baseline->most_s = over;
	if (reply_is_http(&result->reply) && result->reply.http.until_close)
		baseline->until_close = true;
}

bool baseline_is_whole_http(const struct baseline *baseline,
	const struct exchange_result *result, bool ended)
{
	const struct reply *reply = &result->reply;

	if (!reply_is_http(reply) || reply->http.status != baseline->status)
		return false;
	if (!reply->http.until_close)
		return reply->http.stage == HTTP_WHOLE;
	return ended && (reply->http.body_bytes || !baseline->least_bytes);
}

bool baseline_is_met(
	const struct baseline *baseline, const struct exchange_result *result)
{
	bool ended = result->end == END_EOF;

	if (!result->reply.bytes)
		return false;
	switch (baseline->by) {
	case WHOLE_BY_EXPECT:
	case WHOLE_BY_UNTIL:
		return result->whole &&
			(!baseline->status ||
				result->reply.http.status == baseline->status);
	case WHOLE_BY_HTTP:
		return baseline_is_whole_http(baseline, result, ended);
	case WHOLE_BY_EOF:
		return ended;
	case WHOLE_BY_LENGTH:
		return result->reply.bytes >= baseline->least_bytes;
	case WHOLE_UNKNOWN:
		return true;
	}
	return false;
}

bool baseline_begins_alike(
	const struct baseline *baseline, const struct reply *reply)
{
	size_t most = reply->head_bytes < baseline->common_bytes
		? reply->head_bytes
		: baseline->common_bytes;

	return common(&baseline->first, reply, most) == most;
}
