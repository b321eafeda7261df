/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From two samples to a baseline, or to why there is none. */
#include <stdarg.h>
#include <stdio.h>

#include "base.h"
#include "lib/base/names.h"
#include "overall.h"

__attribute__((format(printf, 2, 3))) static enum base_step fail(
	struct base *base, const char *format, ...)
{
	struct audit_report *report = base->audit->report;
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(report->proof, sizeof(report->proof), format, arguments);
	va_end(arguments);
	return BASE_FAILED;
}

/* TLS that is spoken to in plain text answers with an alert, or resets. */
static bool is_tls_alert(const struct reply *reply)
{
	return reply->head_bytes >= 7 && reply->head[0] == 0x15 &&
		reply->head[1] == 3;
}

enum base_step base_fail(
	struct base *base, const struct exchange_result *result)
{
	char why[NAMES_DESCRIPTION_SIZE];

	if (!result)
		return fail(base, "no memory");
	if (result->end == END_NO_CONNECTION)
		return fail(base, "it takes no connection: %s",
			names_describe(why, result->error));
	if (result->no_handshake)
		return fail(
			base, "the TLS handshake fails: %s", result->refusal);
	if (result->end == END_REFUSED && base->audit->plan.preamble)
		return fail(
			base, "the preamble is refused: %s", result->refusal);
	if (!result->asked)
		return fail(base, "%s", result->refusal);
	if (result->end == END_EOF)
		return fail(base,
			"it does not answer the request: it closes after "
			"%.3f s, without a FIN from us",
			result->end_s);
	if (*result->tls_end.alert)
		return fail(base,
			"it does not answer the request: it sends the alert "
			"\"%s\"",
			result->tls_end.alert);
	if (exchange_broke_tls(result))
		return fail(base,
			"it does not answer the request: it breaks TLS off "
			"after %.3f s, with what is no TLS",
			result->end_s);
	if (result->end == END_RESET)
		return fail(base,
			"it does not answer the request: it resets after %.3f "
			"s (%s), without a FIN from us",
			result->end_s, names_errno(result->error));
	return fail(base,
		"it does not answer the request without a FIN (nothing for "
		"%.1f s), nor after one%s",
		(double)base->timeout_ms / 1000,
		base->audit->plan.request_bytes &&
				base->audit->plan.request
						[base->audit->plan
								.request_bytes -
							1] != '\n'
			? "; the request does not end with a newline"
			: "");
}

/* What the best way is to tell a whole reply, for these two. */
static enum whole_by choose(const struct base *base,
	const struct exchange_result *one, const struct exchange_result *other)
{
	const struct reply_rule *rule = &base->audit->plan.rule;

	if (rule->expect_bytes)
		return WHOLE_BY_EXPECT;
	if (reply_is_http(&one->reply) && reply_is_http(&other->reply))
		return WHOLE_BY_HTTP;
	if (rule->until)
		return WHOLE_BY_UNTIL;
	if (one->end == END_EOF && other->end == END_EOF)
		return WHOLE_BY_EOF;
	return one->reply.bytes == other->reply.bytes ? WHOLE_BY_LENGTH
						      : WHOLE_UNKNOWN;
}

/* An error is good enough to report beside; there is no verdict on it. */
static bool say_error(struct base *base, int status)
{
	fail(base,
		"the reply without a FIN is HTTP %d, an error: --status %d "
		"takes it for a baseline",
		status, status);
	return !overall_is_asked(base->audit->options);
}

/* HTTP's status as asked for; true if it may be a baseline. */
static bool check_status(struct base *base, const struct exchange_result *one,
	const struct exchange_result *other)
{
	int asked = base->audit->options->status;
	int status = one->reply.http.status;

	if (!reply_is_http(&one->reply) || !reply_is_http(&other->reply)) {
		if (asked)
			fail(base,
				"the reply is not HTTP, and so has no "
				"--status");
		return !asked;
	}
	if (other->reply.http.status != status)
		fail(base,
			"two requests without a FIN get different HTTP "
			"statuses: %d and %d",
			status, other->reply.http.status);
	else if (asked && status != asked)
		fail(base,
			"the reply without a FIN is HTTP %d, not --status "
			"%d",
			status, asked);
	else if (!asked && status >= 400)
		return say_error(base, status);
	else
		return true;
	return false;
}

static bool check_whole(struct base *base, const struct baseline *baseline,
	const struct exchange_result *result)
{
	const struct http *http = &result->reply.http;
	const struct reply_rule *rule = &base->audit->plan.rule;

	if (result->end != END_GAVE_UP && baseline_is_met(baseline, result))
		return true;
	if (result->end == END_GAVE_UP)
		fail(base,
			"its reply without a FIN does not end: grace gave up "
			"after %llu bytes; --expect or --until says where it "
			"does",
			(unsigned long long)result->reply.bytes);
	else if (baseline->by == WHOLE_BY_EXPECT)
		fail(base, "it answers %llu bytes, not the %llu of --expect",
			(unsigned long long)result->reply.bytes,
			(unsigned long long)rule->expect_bytes);
	else if (baseline->by == WHOLE_BY_UNTIL)
		fail(base, "it answers %llu bytes without the text of --until",
			(unsigned long long)result->reply.bytes);
	else if (http->has_length)
		fail(base, "its reply without a FIN is cut: %llu of %llu bytes",
			(unsigned long long)http->body_bytes,
			(unsigned long long)http->content_length);
	else
		fail(base,
			"its reply without a FIN is cut after %llu bytes (%s)",
			(unsigned long long)result->reply.bytes,
			result->end == END_RESET ? "RST" : "silence");
	return false;
}

static const char *way(const struct baseline *baseline, bool reset)
{
	switch (baseline->by) {
	case WHOLE_BY_EXPECT:
		return "whole by --expect";
	case WHOLE_BY_HTTP:
		return baseline->until_close ? "whole when it closes"
					     : "whole by HTTP's framing";
	case WHOLE_BY_UNTIL:
		return "whole by --until";
	case WHOLE_BY_EOF:
		return "whole by its EOF";
	case WHOLE_BY_LENGTH:
		return reset ? "equal lengths, then RST"
			     : "equal lengths, then silence";
	case WHOLE_UNKNOWN:
		return "cut after a silence, of different lengths: use "
		       "--expect, --until or --timeout";
	}
	return "?";
}

static void say(struct base *base, const struct baseline *baseline, bool reset)
{
	struct audit_report *report = base->audit->report;
	char status[24] = "", greets[48] = "", tls[16] = "";

	if (baseline->status)
		snprintf(status, sizeof(status), "HTTP %d, ", baseline->status);
	if (base->audit->plan.greeting.bytes)
		snprintf(greets, sizeof(greets), "; it speaks first, %zu bytes",
			base->audit->plan.greeting.bytes);
	if (report->version != TLS_ANY)
		snprintf(tls, sizeof(tls), "TLS %s, ",
			tls_version_name(report->version));
	snprintf(report->base_why, sizeof(report->base_why),
		"%s%sfirst byte after %.3f s, %s; %s%s%s%s", tls, status,
		baseline->first_byte_s,
		baseline->gated ? "counted from the FIN: it answers only at EOF"
				: "no FIN sent",
		way(baseline, reset), greets,
		base->audit->jobs == 1 && base->audit->options->jobs > 1
			? "; serves one after the other"
			: "",
		base->audit->plan.address->ai_family == AF_UNIX
			? "; a UNIX socket: FIN is shutdown(SHUT_WR), RST is "
			  "ECONNRESET"
			: "");
}

enum base_step base_make(struct base *base, const struct exchange_result *one,
	const struct exchange_result *other, struct sample *watch)
{
	struct audit *audit = base->audit;
	struct baseline *baseline = &audit->report->baseline;

	if (!one->reply.bytes || !other->reply.bytes)
		return base_fail(base, one->reply.bytes ? other : one);
	if (is_tls_alert(&one->reply))
		return fail(base,
			"it answers with a TLS alert: it does not "
			"take plain text here: --tls");
	if (!check_status(base, one, other))
		return BASE_FAILED;
	baseline_begin(baseline, choose(base, one, other), one);
	if (!check_whole(base, baseline, one) ||
		!check_whole(base, baseline, other))
		return BASE_FAILED;
	baseline_add(baseline, other);
	if (baseline->by == WHOLE_BY_LENGTH)
		audit->plan.rule.known_bytes = one->reply.bytes;
	/* Both were silent for so long, until they sent their FINs. */
	audit->report->watched_s =
		baseline->gated && !watch ? (double)base->timeout_ms / 1000 : 0;
	say(base, baseline, one->end == END_RESET);
	if (watch && watch->exchange &&
		sample_result(watch)->end == END_NOT_YET) {
		audit->watch = watch->exchange;
		audit->watched_bytes = sample_result(watch)->reply.bytes;
		watch->exchange = NULL;
	}
	return BASE_TAKEN;
}
