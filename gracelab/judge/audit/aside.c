/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The probes that are only reported: what came of them, in words. */
#include <stdio.h>
#include <string.h>

#include "lib/base/names.h"
#include "lib/text/escape.h"
#include "tries.h"

#define OVERSEND_BYTES (256 * 1024)

/* What is silent for so long, and so many times as long as the baseline ever
 * was, is silent. */
#define ASIDE_MS    1000
#define ASIDE_TIMES 4

/* So long after a process's last connection its listener may live on. */
#define DEATH_MS 60

/* A request of which less is left has nothing to cut. */
#define CUT_FROM_BYTES 4

/* What is shown of an answer. */
#define ANSWER_SHOWN 24

/* Room for what half a request is met with. */
#define HALF_SIZE 128

static const char *end_name(const struct exchange_result *result)
{
	switch (result->end) {
	case END_EOF:
		return "EOF";
	case END_RESET:
		return "RST";
	case END_GAVE_UP:
		return "more and more, until grace gave up";
	default:
		return "silence";
	}
}

/* They are not judged: some replies' time is enough to call it silence. */
static struct exchange_plan plan_of(const struct audit *audit)
{
	struct exchange_plan plan = audit_with_fin(audit, FIN_GLUED);
	const struct baseline *baseline = &audit->report->baseline;
	double wait_s = baseline->first_byte_s > baseline->longest_s
		? baseline->first_byte_s
		: baseline->longest_s;
	int64_t enough_ms = ASIDE_MS + ASIDE_TIMES * (int64_t)(1000 * wait_s);

	if (enough_ms < plan.patience_ms)
		plan.patience_ms = enough_ms;
	return plan;
}

static void describe(
	const struct exchange_result *result, char *out, size_t room)
{
	if (result->end == END_NO_CONNECTION)
		snprintf(out, room, "no connection: %s",
			names_errno(result->error));
	else if (!result->asked)
		snprintf(out, room, "the preamble: %s", result->refusal);
	else
		snprintf(out, room, "%llu bytes, then %s",
			(unsigned long long)result->reply.bytes,
			end_name(result));
}

/*
 * Whether the server still takes connections. What these probes do is not
 * judged, but a server that dies of them has died of a FIN; of `last`, perhaps.
 */
static void check_alive(struct audit *audit, struct audit_finding *finding,
	struct exchange_result *last)
{
	struct exchange_plan plan = plan_of(audit);
	struct exchange_result result = { 0 };
	size_t used = strlen(finding->why);

	plan.preamble = NULL;
	plan.greeting = (struct greeting){ 0 };
	plan.request_bytes = 0;
	plan.ending = ENDING_CLOSE;
	audit->stopped = !pool_rest(&audit->pool, DEATH_MS) ||
		!pool_play(&audit->pool, &plan, &result);
	if (!audit->stopped && result.end == END_NO_CONNECTION) {
		audit->died = true;
		finding->verdict = VERDICT_PEER_DIED;
		snprintf(finding->why + used, sizeof(finding->why) - used,
			"%safterwards no connection: %s", used ? "; " : "",
			names_errno(result.error));
		finding->traced = 1;
		finding->trace = last->trace;
		last->trace = (struct trace){ 0 };
	}
	exchange_forget(&result);
}

/*
 * Whether the answer is to the part what the baseline is to the request, as
 * that of an echo: the same around it.
 */
static bool echoes_part(const struct audit *audit,
	const struct exchange_plan *plan, const struct exchange_result *result)
{
	const struct reply *whole = &audit->report->baseline.first;
	const struct reply *reply = &result->reply;
	size_t request = audit->plan.request_bytes, part = plan->request_bytes;

	while (request && strchr("\r\n", audit->plan.request[request - 1]))
		request--;
	const char *at = memmem(
		whole->head, whole->head_bytes, audit->plan.request, request);
	size_t before = at ? (size_t)(at - whole->head) : 0;

	if (part > request)
		part = request;
	if (!at || !request || reply->head_bytes < before + part)
		return false;
	size_t after = reply->head_bytes - before - part;

	return after <= whole->head_bytes - before - request &&
		!memcmp(reply->head, whole->head, before) &&
		!memcmp(reply->head + before, plan->request, part) &&
		!memcmp(reply->head + before + part, at + request, after);
}

/* Whether a part of the request was met as all of it is. */
static bool is_executed(const struct audit *audit,
	const struct exchange_plan *plan, const struct exchange_result *result)
{
	enum verdict verdict = compare(&audit->report->baseline, result);

	return verdict_is_honoured(verdict) || verdict == VERDICT_NO_FIN ||
		echoes_part(audit, plan, result);
}

/* What half a request is met with: executed, rejected, or not answered. */
static void say_half(const struct audit *audit,
	const struct exchange_plan *plan, const struct exchange_result *result,
	char *out)
{
	const size_t room = HALF_SIZE;
	const struct reply *reply = &result->reply;
	/* To one that answers at EOF a part is a request. */
	bool answers = audit->report->baseline.gated ||
		(reply_is_http(reply) && reply->http.status < 400);
	const char *word = answers ? "answers" : "rejects";
	char text[ESCAPE_SIZE(ANSWER_SHOWN)];
	size_t shown = escape_cut(reply->head, reply->head_bytes, ANSWER_SHOWN);

	if (result->end == END_NO_CONNECTION || !result->asked)
		describe(result, out, room);
	else if (!reply->bytes && result->end == END_SILENT)
		snprintf(out, room, "silent for %.1f s: hangs",
			(double)plan->patience_ms / 1000);
	else if (!reply->bytes)
		snprintf(out, room, "silent: %s",
			result->end == END_EOF               ? "closes"
				: exchange_broke_tls(result) ? "breaks TLS off"
							     : "resets");
	else if (is_executed(audit, plan, result))
		snprintf(out, room, "executes");
	else if (reply_is_http(reply))
		snprintf(out, room, "%s (HTTP %d)", word, reply->http.status);
	else {
		escape_text(text, reply->head, shown);
		snprintf(out, room, "%s (\"%s\"%s)", word, text,
			shown < reply->bytes ? "..." : "");
	}
}

/* "1, 4 bytes: executes, 7 bytes: rejects". */
static void say_halves(struct audit_finding *finding, const size_t cuts[],
	char what[][HALF_SIZE], size_t count)
{
	size_t used = 0, room = sizeof(finding->why);

	for (size_t i = 0; i < count; i++) {
		bool same = i && !strcmp(what[i], what[i - 1]);
		bool more = i + 1 < count && !strcmp(what[i], what[i + 1]);

		used += (size_t)snprintf(finding->why + used, room - used,
			"%s%zu", used ? ", " : "", cuts[i]);
		if (!more)
			used += (size_t)snprintf(finding->why + used,
				room - used, " byte%s: %s",
				cuts[i] == 1 && !same ? "" : "s", what[i]);
	}
}

/*
 * Plays the parts, and with them the FIN alone if `bare` is not NULL: to one
 * that answers at EOF that is one more part, and waiting for each takes long.
 */
static void play_parts(struct audit *audit, struct audit_finding *bare)
{
	struct audit_finding *half =
		&audit->report->findings[AUDIT_HALF_REQUEST];
	size_t whole = audit->plan.request_bytes;
	const size_t cuts[] = { 1, whole / 2, whole - 1, 0 };
	enum { CUTS = sizeof(cuts) / sizeof(*cuts) - 1 };
	struct exchange_plan plans[CUTS + 1];
	struct exchange_result results[CUTS + 1];
	size_t count = bare ? CUTS + 1 : CUTS;
	char what[CUTS][HALF_SIZE];

	for (size_t i = 0; i < count; i++) {
		plans[i] = plan_of(audit);
		plans[i].request_bytes = cuts[i];
	}
	if (bare)
		plans[CUTS].rule = (struct reply_rule){ 0 };
	half->played =
		tries_play_each(audit, "half-request", plans, count, results);
	for (size_t i = 0; i < CUTS; i++)
		say_half(audit, &plans[i], &results[i], what[i]);
	say_halves(half, cuts, what, CUTS);
	if (bare) {
		bare->played = half->played;
		describe(&results[CUTS], bare->why, sizeof(bare->why));
	}
	if (half->played)
		check_alive(audit, half, &results[CUTS - 1]);
	for (size_t i = 0; i < count; i++)
		exchange_forget(&results[i]);
}

void audit_probe_half_request(struct audit *audit)
{
	if (audit->plan.request_bytes < CUT_FROM_BYTES)
		audit_skip(&audit->report->findings[AUDIT_HALF_REQUEST],
			"the request is too short to cut");
	else
		play_parts(audit, NULL);
}

void audit_probe_bare(struct audit *audit)
{
	struct audit_finding *finding =
		&audit->report->findings[AUDIT_BARE_FIN];
	struct exchange_plan plan = plan_of(audit);
	struct exchange_result result;

	if (audit->report->baseline.gated && audit->jobs > 1 &&
		audit->options->chosen[AUDIT_HALF_REQUEST] &&
		audit->plan.request_bytes >= CUT_FROM_BYTES) {
		play_parts(audit, finding);
		return;
	}
	audit_progress(audit, "bare-fin", 1, 1);
	plan.request_bytes = 0;
	plan.rule = (struct reply_rule){ 0 };
	audit->stopped = !pool_play(&audit->pool, &plan, &result);
	finding->played = !audit->stopped;
	describe(&result, finding->why, sizeof(finding->why));
	if (finding->played && result.end != END_SILENT)
		check_alive(audit, finding, &result);
	exchange_forget(&result);
}

void audit_probe_oversend(struct audit *audit)
{
	struct audit_finding *finding =
		&audit->report->findings[AUDIT_OVERSEND];
	struct exchange_plan plan = audit_plain(audit);
	struct exchange_result result;
	size_t used;

	audit_progress(audit, "oversend", 1, 1);
	plan.oversend_bytes = OVERSEND_BYTES;
	plan.to_the_end = true;
	audit->stopped = !pool_play(&audit->pool, &plan, &result);
	finding->played = !audit->stopped;
	describe(&result, finding->why, sizeof(finding->why));
	used = strlen(finding->why);
	snprintf(finding->why + used, sizeof(finding->why) - used, "%s",
		result.end == END_RESET && plan.address->ai_family == AF_UNIX
			? ": it closes with unread input; on a UNIX socket "
			  "what it had sent is read first"
			: result.end == END_RESET
			? ": it closes with unread input, and the RST may "
			  "take the reply away (RFC 9112 section 9.6)"
			: result.end == END_EOF && result.reply.bytes
			? ": the reply survives"
			: "");
	exchange_forget(&result);
}
