/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compare.h"

#include <errno.h>
#include <string.h>

/*
 * A reply of no more fits the first flight of segments (RFC 6928): what comes
 * later was sent later.
 */
#define FLIGHT_BYTES 14600

/* The kernel's times are as exact as its tick. */
#define TICK_S 0.01

static const char *const names[VERDICTS] = {
	[VERDICT_HONOURED] = "HONOURED",
	[VERDICT_HONOURED_RST] = "HONOURED+RST",
	[VERDICT_UNPROVED] = "UNPROVED",
	[VERDICT_NO_FIN] = "NO-FIN",
	[VERDICT_LOST] = "LOST",
	[VERDICT_RESET] = "RESET",
	[VERDICT_HANG] = "HANG",
	[VERDICT_TRUNCATED] = "TRUNCATED",
	[VERDICT_SUBSTITUTED] = "SUBSTITUTED",
	[VERDICT_PEER_DIED] = "PEER-DIED",
};

static const char *const outcomes[VERDICTS] = {
	[VERDICT_HONOURED] = "whole",
	[VERDICT_HONOURED_RST] = "whole+RST",
	[VERDICT_UNPROVED] = "unproved",
	[VERDICT_NO_FIN] = "unended",
	[VERDICT_LOST] = "lost",
	[VERDICT_RESET] = "reset",
	[VERDICT_HANG] = "silent",
	[VERDICT_TRUNCATED] = "cut",
	[VERDICT_SUBSTITUTED] = "other",
	[VERDICT_PEER_DIED] = "refused",
};

const char *verdict_name(enum verdict verdict)
{
	return names[verdict];
}

const char *verdict_outcome(enum verdict verdict)
{
	return outcomes[verdict];
}

/*
 * Whether it has ended in order: with TLS, where others end with close_notify,
 * a FIN alone is a cut, unless it has all that they have.
 */
static bool ended_in_order(
	const struct baseline *baseline, const struct exchange_result *result)
{
	return result->end == END_EOF &&
		(!baseline->notified || result->tls_end.notified ||
			(baseline_has_length(baseline) &&
				baseline_bytes(baseline, result) ==
					baseline->least_bytes));
}

/* What is known of a reply beside the baseline. */
enum extent { EXTENT_WHOLE, EXTENT_PART, EXTENT_OTHER, EXTENT_UNKNOWN };

static enum extent extent_of_http(
	const struct baseline *baseline, const struct exchange_result *result)
{
	const struct reply *reply = &result->reply;
	bool ended = ended_in_order(baseline, result);

	if (!reply_is_http(reply))
		return http_may_be_reply(&reply->http) ? EXTENT_PART
						       : EXTENT_OTHER;
	if (reply->http.status != baseline->status)
		return EXTENT_OTHER;
	if (!baseline_is_whole_http(baseline, result, ended))
		return result->end == END_EOF || !reply->http.until_close ||
				result->end == END_RESET ||
				!reply->http.body_bytes
			? EXTENT_PART
			: EXTENT_UNKNOWN;
	/* Replies that always have one length have it with a FIN, too. */
	if (reply->http.until_close && baseline_has_length(baseline) &&
		reply->http.body_bytes < baseline->least_bytes)
		return EXTENT_PART;
	return EXTENT_WHOLE;
}

/* By the number of bytes, and by the bytes where they are always the same. */
static enum extent extent_by_length(
	const struct baseline *baseline, const struct reply *reply)
{
	bool alike = baseline_begins_alike(baseline, reply);

	if (reply->bytes < baseline->least_bytes)
		return alike ? EXTENT_PART : EXTENT_OTHER;
	if (reply->bytes > baseline->most_bytes)
		/* Silence may have come before the end. */
		return alike && baseline->by == WHOLE_BY_LENGTH ? EXTENT_UNKNOWN
								: EXTENT_OTHER;
	if (baseline->same_bytes && reply->digest != baseline->first.digest)
		return EXTENT_OTHER;
	return EXTENT_WHOLE;
}

static enum extent extent_of(
	const struct baseline *baseline, const struct exchange_result *result)
{
	const struct reply *reply = &result->reply;
	uint64_t spread = baseline->most_bytes - baseline->least_bytes;

	switch (baseline->by) {
	case WHOLE_BY_EXPECT:
	case WHOLE_BY_UNTIL:
		if (baseline->status && reply_is_http(reply) &&
			reply->http.status != baseline->status)
			return EXTENT_OTHER;
		if (result->whole)
			return EXTENT_WHOLE;
		return baseline_begins_alike(baseline, reply) ? EXTENT_PART
							      : EXTENT_OTHER;
	case WHOLE_BY_HTTP:
		return extent_of_http(baseline, result);
	case WHOLE_BY_EOF:
	case WHOLE_BY_LENGTH:
		if (baseline_has_length(baseline))
			return extent_by_length(baseline, reply);
		/* Of any length, it is whole if it ends; but one that is
		 * much shorter than all others may have been cut. */
		return result->end != END_RESET &&
				(result->end != END_EOF ||
					ended_in_order(baseline, result)) &&
				reply->bytes + spread >= baseline->least_bytes
			? EXTENT_WHOLE
			: EXTENT_UNKNOWN;
	case WHOLE_UNKNOWN:
		return EXTENT_UNKNOWN;
	}
	return EXTENT_UNKNOWN;
}

/* Errors that are a peer's, not ours for want of ports or descriptors. */
static bool is_gone(int error)
{
	return error == ECONNREFUSED || error == ECONNRESET ||
		error == ETIMEDOUT || error == EHOSTUNREACH ||
		error == ENETUNREACH;
}

/* Whether it ended by itself: the FIN had no part in it. */
static bool ended_first(const struct exchange_result *result)
{
	return result->fin_s < 0 ||
		(result->end_s >= 0 && result->end_s < result->fin_s - TICK_S);
}

static enum verdict of_nothing(const struct exchange_result *result)
{
	if (ended_first(result))
		return VERDICT_UNPROVED;
	switch (result->end) {
	case END_EOF:
		return VERDICT_LOST;
	case END_RESET:
		return VERDICT_RESET;
	case END_SILENT:
		return result->tls_end.notified ? VERDICT_LOST : VERDICT_HANG;
	default:
		return VERDICT_UNPROVED;
	}
}

static enum verdict of_whole(enum exchange_end end)
{
	switch (end) {
	case END_RESET:
		return VERDICT_HONOURED_RST;
	case END_SILENT:
	case END_GAVE_UP:
		return VERDICT_NO_FIN;
	default:
		return VERDICT_HONOURED;
	}
}

enum verdict compare(
	const struct baseline *baseline, const struct exchange_result *result)
{
	if (result->end == END_NO_CONNECTION)
		return is_gone(result->error) ? VERDICT_PEER_DIED
					      : VERDICT_UNPROVED;
	if (!result->asked)
		return VERDICT_UNPROVED;
	if (!result->reply.bytes)
		return of_nothing(result);
	switch (extent_of(baseline, result)) {
	case EXTENT_WHOLE:
		return of_whole(result->end);
	case EXTENT_PART:
		return ended_first(result) || result->end == END_GAVE_UP
			? VERDICT_UNPROVED
			: VERDICT_TRUNCATED;
	case EXTENT_OTHER:
		return ended_first(result) ? VERDICT_UNPROVED
					   : VERDICT_SUBSTITUTED;
	case EXTENT_UNKNOWN:
		return VERDICT_UNPROVED;
	}
	return VERDICT_UNPROVED;
}

bool compare_counts(const struct exchange_result *result)
{
	/* A FIN on the request's last segment is there before any reply. */
	bool glued = result->glued && !result->bytes_at_fin;

	return result->fin_s >= 0 &&
		(glued ||
			result->last_byte_s - result->fin_s >
				result->round_trip_s);
}

double compare_thought_s(const struct exchange_result *result)
{
	double thought_s =
		result->first_byte_s - result->fin_s - result->round_trip_s;

	return result->fin_s < 0 || thought_s < 0 ? 0 : thought_s;
}

double compare_went_on_s(const struct exchange_result *result)
{
	double on_s = result->last_byte_s - result->fin_s;
	double most_s = result->pause_s;

	if (result->fin_s < 0)
		return 0;
	if (result->reply.bytes <= FLIGHT_BYTES && on_s > most_s)
		most_s = on_s;
	most_s -= result->round_trip_s;
	return most_s > 0 ? most_s : 0;
}

bool verdict_is_bad_name(const char *word)
{
	for (int v = 0; v < VERDICTS; v++)
		if (verdict_is_bad((enum verdict)v) &&
			!strcmp(verdict_name((enum verdict)v), word))
			return true;
	return false;
}
