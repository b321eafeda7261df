/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "verdict.h"

#include <stdio.h>
#include <string.h>

#include "http.h"
#include "lib/base/escape.h"
#include "lib/base/names.h"

/* An EOF this soon after the FIN is an answer to it. */
#define AT_ONCE_S 0.05

/* How much is shown of a reply that is another. */
#define HEAD_SHOWN 16

/* How near the baseline's first byte an EOF must come to be the reply's. */
#define NEAR_SHARE 0.3

/* A header's date or the like may be longer from one reply to the next. */
#define HEADER_MAY_GROW_BYTES 64

const char *verdict_name(enum verdict verdict)
{
	switch (verdict) {
	case VERDICT_HONOURED:
		return "HONOURED";
	case VERDICT_HONOURED_RST:
		return "HONOURED+RST";
	case VERDICT_NO_FIN:
		return "NO-FIN";
	case VERDICT_LOST:
		return "LOST";
	case VERDICT_RESET:
		return "RESET";
	case VERDICT_HANG:
		return "HANG";
	case VERDICT_TRUNCATED:
		return "TRUNCATED";
	case VERDICT_SUBSTITUTED:
		return "SUBSTITUTED";
	case VERDICT_PEER_DIED:
		return "PEER-DIED";
	}
	return "?";
}

bool verdict_is_honoured(enum verdict verdict)
{
	return verdict == VERDICT_HONOURED || verdict == VERDICT_HONOURED_RST;
}

const char *verdict_baseline(const struct exchange_result *one,
	const struct exchange_result *other, struct baseline *baseline)
{
	struct http_reply reply, second;

	*baseline = (struct baseline){ .first = *one };
	if (!one->connected || !other->connected)
		return "it takes no connection";
	if (!one->answered || !other->answered)
		return "it does not answer the preamble";
	if (!one->bytes || !other->bytes)
		return "it does not answer the request without a FIN";
	if (one->endless || other->endless)
		return "its reply without a FIN does not end";
	baseline->first_byte_s = one->first_byte_s < other->first_byte_s
		? one->first_byte_s
		: other->first_byte_s;
	baseline->http = http_parse(one->head, one->head_bytes, &reply) &&
		http_parse(other->head, other->head_bytes, &second);
	if (baseline->http && reply.status != second.status)
		return "two requests without a FIN get another HTTP status";
	baseline->status = reply.status;
	baseline->bytes = verdict_bytes(one, baseline);
	if (baseline->bytes != verdict_bytes(other, baseline))
		return "two replies without a FIN differ in length";
	return NULL;
}

/*
 * Whether it ends within a header such as the baseline's: all that came is
 * there to be looked at, no longer than that, and not a whole one.
 */
static bool lacks_header(
	const struct exchange_result *result, const struct baseline *baseline)
{
	struct http_reply mine, whole;

	return baseline->http &&
		!http_parse(result->head, result->head_bytes, &mine) &&
		http_parse(baseline->first.head, baseline->first.head_bytes,
			&whole) &&
		result->bytes < whole.header_bytes + HEADER_MAY_GROW_BYTES;
}

uint64_t verdict_bytes(
	const struct exchange_result *result, const struct baseline *baseline)
{
	struct http_reply reply;

	if (!baseline->http)
		return result->bytes;
	if (http_parse(result->head, result->head_bytes, &reply))
		return result->bytes - reply.header_bytes;
	return lacks_header(result, baseline) ? 0 : result->bytes;
}

/* Whether what came is how the baseline's reply begins. */
static bool begins_alike(
	const struct exchange_result *result, const struct baseline *baseline)
{
	struct http_reply mine, whole;
	size_t compared = result->head_bytes < baseline->first.head_bytes
		? result->head_bytes
		: baseline->first.head_bytes;

	if (!baseline->http)
		return !memcmp(result->head, baseline->first.head, compared);
	http_parse(baseline->first.head, baseline->first.head_bytes, &whole);
	if (!http_parse(result->head, result->head_bytes, &mine))
		/* A piece of a header: up to the status line it is the same. */
		return lacks_header(result, baseline) &&
			!memcmp(result->head, baseline->first.head,
				compared < 12 ? compared : 12);
	return mine.status == whole.status &&
		mine.content_length == whole.content_length;
}

enum verdict verdict_judge(
	const struct exchange_result *result, const struct baseline *baseline)
{
	uint64_t bytes = verdict_bytes(result, baseline);

	if (!result->connected)
		return VERDICT_PEER_DIED;
	if (!result->bytes)
		return result->eof      ? VERDICT_LOST
			: result->reset ? VERDICT_RESET
					: VERDICT_HANG;
	if (bytes > baseline->bytes || !begins_alike(result, baseline))
		return VERDICT_SUBSTITUTED;
	if (bytes < baseline->bytes || lacks_header(result, baseline))
		return VERDICT_TRUNCATED;
	return result->eof      ? VERDICT_HONOURED
		: result->reset ? VERDICT_HONOURED_RST
				: VERDICT_NO_FIN;
}

static void why_lost(const struct exchange_result *result,
	const struct baseline *baseline, char *out)
{
	double after_fin_s = result->end_s - result->fin_s;
	double off_s = result->end_s - baseline->first_byte_s;
	double near_s = baseline->first_byte_s * NEAR_SHARE;

	if (after_fin_s < AT_ONCE_S)
		snprintf(out, VERDICT_WHY_SIZE,
			"closes on FIN (policy: aborts on FIN)");
	else if (off_s > -near_s && off_s < near_s)
		snprintf(out, VERDICT_WHY_SIZE,
			"runs the request, drops the reply");
	else
		snprintf(out, VERDICT_WHY_SIZE, "gives up %.1f s after FIN",
			after_fin_s);
}

static void why_truncated(const struct exchange_result *result,
	const struct baseline *baseline, char *out)
{
	const char *end = result->eof ? "EOF"
		: result->reset       ? "RST"
				      : "silence";

	if (lacks_header(result, baseline))
		snprintf(out, VERDICT_WHY_SIZE, "%s within the reply's header",
			end);
	else
		snprintf(out, VERDICT_WHY_SIZE, "%s after %.1f%% of the reply",
			end,
			100.0 * (double)verdict_bytes(result, baseline) /
				(double)baseline->bytes);
}

void verdict_why(enum verdict verdict, const struct exchange_result *result,
	const struct baseline *baseline, char *out)
{
	char head[ESCAPE_SIZE(HEAD_SHOWN)];

	*out = '\0';
	switch (verdict) {
	case VERDICT_LOST:
		why_lost(result, baseline, out);
		break;
	case VERDICT_HANG:
	case VERDICT_NO_FIN:
		snprintf(out, VERDICT_WHY_SIZE, "%s: the FIN %s",
			result->state ? state_name(result->state) : "?",
			result->state == STATE_FIN_WAIT1
				? "could not leave"
				: "was acknowledged, the peer stays silent");
		break;
	case VERDICT_RESET:
		snprintf(out, VERDICT_WHY_SIZE, "%s %.2f s after FIN",
			names_errno(result->error),
			result->end_s - result->fin_s);
		break;
	case VERDICT_TRUNCATED:
		why_truncated(result, baseline, out);
		break;
	case VERDICT_SUBSTITUTED:
		escape_text(head, result->head,
			result->head_bytes < HEAD_SHOWN ? result->head_bytes
							: HEAD_SHOWN);
		snprintf(out, VERDICT_WHY_SIZE, "it begins \"%s\"", head);
		break;
	case VERDICT_PEER_DIED:
		snprintf(out, VERDICT_WHY_SIZE, "no connection afterwards: %s",
			names_errno(result->error));
		break;
	case VERDICT_HONOURED:
	case VERDICT_HONOURED_RST:
		break;
	}
}
