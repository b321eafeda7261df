/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cause.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "lib/base/names.h"
#include "lib/text/escape.h"

/* An end that comes sooner after the FIN comes because of it, at once. */
#define AT_ONCE_S 0.05

/* Two times that differ by less, or by this part of them, are the same. */
#define SAME_S     0.03
#define SAME_SHARE 0.15

/* What is shown of another reply. */
#define HEAD_SHOWN 32

void cause_add(struct cause_times *times, const struct exchange_result *result)
{
	double after_fin_s =
		result->end_s - result->fin_s - result->round_trip_s;
	double after_request_s =
		result->end_s - result->sent_s - result->round_trip_s;

	if (result->end_s < 0 || result->fin_s < 0)
		return;
	if (after_fin_s < 0)
		after_fin_s = 0;
	times->untimed = result->untimed;
	if (times->after_fin_s < 0 || after_fin_s < times->after_fin_s)
		times->after_fin_s = after_fin_s;
	if (times->after_request_s < 0 ||
		after_request_s < times->after_request_s)
		times->after_request_s = after_request_s;
}

static bool is_same(double one_s, double other_s)
{
	double most_s = one_s > other_s ? one_s : other_s;
	double apart_s = one_s > other_s ? one_s - other_s : other_s - one_s;

	return apart_s < SAME_S || apart_s < SAME_SHARE * most_s;
}

enum cause cause_of(const struct baseline *baseline,
	const struct cause_times *times, const struct cause_times *other)
{
	double think_s = baseline->think_s, after_s = times->after_request_s;
	bool at_once = times->after_fin_s < AT_ONCE_S;
	/* Half the time is near enough where the whole is some milliseconds. */
	bool due = think_s < 2 * SAME_S ? after_s > think_s / 2
					: is_same(after_s, think_s);

	/* An end that was seen so soon was no later; any other may have been
	 * sooner than it was seen. */
	if (times->untimed)
		return at_once && !due ? CAUSE_AT_ONCE : CAUSE_UNKNOWN;
	if (baseline->gated)
		return at_once ? CAUSE_AT_ONCE : CAUSE_AFTER;
	if (!due)
		return at_once ? CAUSE_AT_ONCE : CAUSE_AFTER;
	if (!other || other->after_fin_s < 0)
		return CAUSE_UNKNOWN;
	bool from_fin = is_same(times->after_fin_s, other->after_fin_s);
	bool from_request =
		is_same(times->after_request_s, other->after_request_s);

	if (from_request && !from_fin)
		return CAUSE_DROPPED;
	if (from_fin && !from_request)
		return at_once ? CAUSE_AT_ONCE : CAUSE_AFTER;
	return CAUSE_UNKNOWN;
}

/* What has ended our half. */
static const char *fin_name(const struct exchange_result *result)
{
	return result->half == HALF_NOTIFY ? "close_notify" : "FIN";
}

static void say_end(enum verdict verdict, const struct exchange_result *result,
	enum cause cause, const struct cause_times *times, char *out,
	size_t room)
{
	const char *fin = fin_name(result);
	const char *ends = exchange_broke_tls(result) ? "breaks TLS off"
		: verdict == VERDICT_RESET            ? "resets"
						      : "closes";

	switch (cause) {
	case CAUSE_AT_ONCE:
		snprintf(out, room, "%s on %s (policy: aborts on %s)", ends,
			fin, fin);
		break;
	case CAUSE_AFTER:
		snprintf(out, room,
			times->after_fin_s < 0.1 ? "%s %.2f s after %s"
						 : "%s %.1f s after %s",
			verdict == VERDICT_RESET ? ends : "gives up",
			times->after_fin_s, fin);
		break;
	case CAUSE_DROPPED:
		snprintf(out, room, "runs the request, drops the reply");
		break;
	case CAUSE_UNKNOWN:
		snprintf(out, room,
			times->untimed
				? "%s within %.3f s of the %s; when, a UNIX "
				  "socket does not tell: this gives no cause"
				: "%s %.3f s after %s, as the reply is due: "
				  "this gives no cause",
			ends, times->after_fin_s, fin);
		break;
	}
}

static const char *end_name(const struct exchange_result *result)
{
	return result->end == END_EOF        ? "EOF"
		: exchange_broke_tls(result) ? "what is no TLS"
		: result->end == END_RESET   ? "RST"
					     : "silence";
}

/* Rounded down: what was cut is never all. */
static void say_part(const struct baseline *baseline,
	const struct exchange_result *result, char *out, size_t room)
{
	const struct http *http = &result->reply.http;
	bool is_http = baseline->by == WHOLE_BY_HTTP;
	uint64_t bytes = baseline_bytes(baseline, result), all = 0;
	const char *end = end_name(result);

	if (is_http && http->has_length)
		all = http->content_length;
	else if (baseline_has_length(baseline))
		all = baseline->least_bytes;
	if (is_http && !reply_is_http(&result->reply))
		snprintf(out, room, "%s within the reply's header", end);
	else if (is_http && !bytes)
		snprintf(out, room, "%s behind the reply's header", end);
	else if (bytes >= all || bytes * 1000 < all)
		snprintf(out, room, "%s after %llu bytes of the reply", end,
			(unsigned long long)bytes);
	else
		snprintf(out, room, "%s after %llu.%llu%% of the reply", end,
			(unsigned long long)(bytes * 1000 / all / 10),
			(unsigned long long)(bytes * 1000 / all % 10));
}

static void say_other(const struct baseline *baseline,
	const struct exchange_result *result, char *out, size_t room)
{
	const struct reply *reply = &result->reply;
	char head[ESCAPE_SIZE(HEAD_SHOWN)];
	size_t shown = escape_cut(reply->head, reply->head_bytes, HEAD_SHOWN);

	if (baseline->status && reply_is_http(reply) &&
		reply->http.status != baseline->status) {
		snprintf(out, room, "status %d instead of %d",
			reply->http.status, baseline->status);
		return;
	}
	escape_text(head, reply->head, shown);
	snprintf(out, room, "%llu bytes that begin \"%s\"",
		(unsigned long long)reply->bytes, head);
}

/* HANG in FIN_WAIT1 and in FIN_WAIT2 differ, and so does a peer's NO-FIN. */
static void say_silence(
	const struct exchange_result *result, char *out, size_t room)
{
	const char *state = result->state ? state_name(result->state) : "?";

	if (result->tls_end.notified)
		snprintf(out, room,
			"%s: its close_notify has come, its FIN has not",
			state);
	else if (result->half == HALF_NOTIFY)
		snprintf(out, room,
			"%s: the close_notify was sent, the peer stays silent",
			state);
	else
		snprintf(out, room, "%s: the FIN %s", state,
			result->untimed ? "is there, the peer stays silent"
				: result->state == STATE_FIN_WAIT1
				? "could not leave"
				: "was acknowledged, the peer stays silent");
}

/* With TLS a reply that was cut can be told from a whole one, or cannot. */
static void say_tls_end(
	const struct exchange_result *result, char *out, size_t room)
{
	size_t used = strlen(out);
	const struct tls_end *end = &result->tls_end;

	if (result->version == TLS_ANY || result->end == END_SILENT)
		return;
	/* close_notify is data: unread at close(2), it resets. */
	if (result->end == END_RESET && result->reply.bytes &&
		!exchange_broke_tls(result)) {
		snprintf(out + used, room - used,
			"; who closes with the close_notify unread sends RST");
		return;
	}
	if (*end->alert)
		snprintf(out + used, room - used, "; the alert \"%s\" tells so",
			end->alert);
	else if (exchange_broke_tls(result))
		snprintf(out + used, room - used,
			"; what came is no TLS: that it is cut can be told");
	else if (end->notified)
		snprintf(out + used, room - used,
			"; close_notify ends it as if it were whole");
	else if (result->end == END_EOF)
		snprintf(out + used, room - used,
			"; no close_notify: that it is cut can be told");
}

static void say_unproved(const struct baseline *baseline,
	const struct exchange_result *result, char *out, size_t room)
{
	if (result->end == END_NO_CONNECTION)
		snprintf(out, room, "no connection: %s",
			names_errno(result->error));
	else if (!result->asked)
		snprintf(out, room, "%s: %s",
			result->no_handshake ? "the TLS handshake fails"
					     : "the preamble",
			result->refusal);
	else if (result->end == END_GAVE_UP)
		snprintf(out, room,
			"grace gave up, with %llu bytes there and more coming",
			(unsigned long long)result->reply.bytes);
	else if (result->fin_s < 0 || !result->reply.bytes)
		snprintf(out, room, "it ended before the %s", fin_name(result));
	else if (baseline->by == WHOLE_BY_LENGTH ||
		baseline->by == WHOLE_UNKNOWN)
		snprintf(out, room,
			"%llu bytes: whether that is all is not known, since "
			"the baseline was cut after a silence: use --expect, "
			"--until or --timeout",
			(unsigned long long)result->reply.bytes);
	else
		snprintf(out, room,
			"%llu bytes, and replies are of any length: use "
			"--expect or --until",
			(unsigned long long)result->reply.bytes);
}

void cause_say(enum verdict verdict, const struct baseline *baseline,
	const struct exchange_result *result, enum cause cause,
	const struct cause_times *times, char *out, size_t room)
{
	*out = '\0';
	switch (verdict) {
	case VERDICT_LOST:
	case VERDICT_RESET:
		say_end(verdict, result, cause, times, out, room);
		say_tls_end(result, out, room);
		break;
	case VERDICT_HANG:
	case VERDICT_NO_FIN:
		say_silence(result, out, room);
		break;
	case VERDICT_TRUNCATED:
		say_part(baseline, result, out, room);
		say_tls_end(result, out, room);
		break;
	case VERDICT_SUBSTITUTED:
		say_other(baseline, result, out, room);
		break;
	case VERDICT_PEER_DIED:
		snprintf(out, room, "no connection afterwards: %s",
			names_errno(result->error));
		break;
	case VERDICT_UNPROVED:
		say_unproved(baseline, result, out, room);
		break;
	case VERDICT_HONOURED:
	case VERDICT_HONOURED_RST:
		break;
	}
}

static bool says_nginx(const struct baseline *baseline)
{
	const struct reply *reply = &baseline->first;

	return baseline->status &&
		memmem(reply->head, reply->head_bytes, "\nServer: nginx", 14);
}

const char *cause_remedy(enum verdict verdict, enum cause cause,
	const struct cause_times *times, const struct baseline *baseline)
{
	bool lost = verdict == VERDICT_LOST || verdict == VERDICT_RESET ||
		verdict == VERDICT_TRUNCATED;

	if (lost && says_nginx(baseline))
		return "nginx: proxy_ignore_client_abort on (http), "
		       "proxy_half_close on (stream)";
	if (verdict == VERDICT_LOST && cause == CAUSE_AFTER &&
		is_same(times->after_fin_s, 0.5))
		return "socat gives up 0.5 s after EOF: its -t SECONDS is that "
		       "time";
	if (lost && cause == CAUSE_AT_ONCE)
		return "where it is one of these: allowHalfOpen: true (node "
		       "net), proxy_half_close on (nginx stream), -t (socat)";
	return NULL;
}
