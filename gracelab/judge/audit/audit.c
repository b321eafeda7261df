/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audit.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "conclude.h"
#include "lib/base/names.h"

/* Where the baseline makes no sense of a probe. */
#define LATE_FROM_S        0.2
#define STALLED_FROM_BYTES 65536

#define STALL_MS            700
#define STALL_RECEIVE_BYTES 4096
#define OVERSEND_BYTES      (256 * 1024)

/* A reply that goes on for this many times the patience is endless ... */
#define TOTAL_TIMES 12

/* ... and so is one of twice the baseline's bytes and these. */
#define MOST_MORE (1024 * 1024)

/* A reply without FIN ends after this silence. */
#define QUIET_MS 1000

/* All but the first probe: often enough to see what comes and goes. */
#define FEW_TRIES 3

/* How much later than its answers a server has surely met a rude end. */
#define NOTICE_MS 200

/* A server that comes back needs no longer than this. */
#define CONNECT_TRIES    5
#define CONNECT_PAUSE_MS 60

static const struct inspect_item probes[AUDIT_PROBES] = {
	[AUDIT_FIN_GLUED] = { "fin-glued",
		"the FIN on the request's last segment", true, false },
	[AUDIT_FIN_LATE] = { "fin-late",
		"the FIN at half the time to the reply's first byte", true,
		false },
	[AUDIT_FIN_STALLED] = { "fin-stalled",
		"a glued FIN, and then 0.7 s without reading", true, false },
	[AUDIT_FIN_MIDREPLY] = { "fin-midreply",
		"the FIN after the reply's first byte", true, false },
	[AUDIT_BARE_FIN] = { "bare-fin", "a FIN, and nothing sent", false,
		false },
	[AUDIT_HALF_REQUEST] = { "half-request",
		"a part of the request, then FIN", false, false },
	[AUDIT_CLOSE] = { "close",
		"the request, then close(); does it serve on?", true, false },
	[AUDIT_RESET] = { "reset", "the request, then RST; does it serve on?",
		true, false },
	[AUDIT_OVERSEND] = { "oversend",
		"more than the request; does the reply survive?", false, true },
};

const struct inspect_item *audit_probes(void)
{
	return probes;
}

struct audit {
	const struct audit_options *options;
	struct audit_report *report;
	int64_t patience_ms; /* of a probe, once the baseline is known */
};

/* The request as it was asked for, with nothing special. */
static struct exchange_plan plain(const struct audit *audit)
{
	struct exchange_plan plan = audit->options->plan;

	plan.patience_ms = audit->patience_ms;
	plan.total_ms = TOTAL_TIMES * audit->patience_ms;
	plan.quiet_ms = QUIET_MS;
	if (audit->report->has_baseline)
		plan.most_bytes =
			2 * audit->report->baseline.first.bytes + MOST_MORE;
	return plan;
}

/* Plays a plan; a refused connection is tried again, for who comes back. */
static void exchange(
	const struct exchange_plan *plan, struct exchange_result *result)
{
	for (int i = 0; i < CONNECT_TRIES; i++) {
		if (i)
			poll(NULL, 0, CONNECT_PAUSE_MS);
		exchange_run(plan, result);
		if (result->connected || result->error != ECONNREFUSED)
			return;
	}
}

static void progress(const struct audit *audit, const char *name, unsigned try,
	unsigned tries)
{
	if (audit->options->progress)
		audit->options->progress(
			audit->options->context, name, try, tries);
}

static bool take_baseline(struct audit *audit)
{
	struct audit_report *report = audit->report;
	struct exchange_plan plan = plain(audit);
	struct exchange_result one, other;
	char why[NAMES_DESCRIPTION_SIZE] = "";

	progress(audit, "base", 1, 2);
	exchange(&plan, &one);
	progress(audit, "base", 2, 2);
	if (one.connected)
		exchange(&plan, &other);
	else
		other = one;
	const char *fault = verdict_baseline(&one, &other, &report->baseline);

	if (!fault) {
		/* A slow reply must not look like silence. */
		int64_t needed_ms =
			(int64_t)(2000 * report->baseline.first_byte_s) + 1000;

		if (audit->patience_ms < needed_ms)
			audit->patience_ms = needed_ms;
		report->has_baseline = true;
		return true;
	}
	if (!other.connected)
		names_describe(why, other.error);
	report->overall = AUDIT_NO_BASELINE;
	snprintf(report->proof, sizeof(report->proof), "%s%s%s", fault,
		*why ? ": " : "", why);
	return false;
}

/* Worse verdicts come later in the enumeration; the worst stands. */
static void note_try(struct audit *audit, struct audit_finding *finding,
	const struct exchange_result *result)
{
	const struct baseline *baseline = &audit->report->baseline;
	enum verdict verdict = verdict_judge(result, baseline);
	double after_fin_s = result->first_byte_s - result->fin_s;

	finding->tries++;
	if (!finding->played || verdict > finding->verdict) {
		finding->verdict = verdict;
		finding->agreed = 0;
		finding->bytes = verdict_bytes(result, baseline);
		verdict_why(verdict, result, baseline, finding->why);
	}
	finding->played = true;
	finding->agreed += verdict == finding->verdict;
	if (verdict_is_honoured(verdict) &&
		(finding->first_byte_after_fin_s < 0 ||
			after_fin_s < finding->first_byte_after_fin_s))
		finding->first_byte_after_fin_s = after_fin_s;
}

/* Whether it still takes a connection, given time to die. */
static bool is_alive(const struct audit *audit, struct exchange_result *result)
{
	struct exchange_plan plan = plain(audit);

	plan.preamble = NULL;
	plan.request_bytes = 0;
	plan.ending = ENDING_CLOSE;
	poll(NULL, 0, CONNECT_PAUSE_MS);
	exchange(&plan, result);
	return result->connected;
}

static void try_plan(struct audit *audit, enum audit_id id,
	const struct exchange_plan *plan, unsigned tries)
{
	struct audit_finding *finding = &audit->report->findings[id];
	struct exchange_result result;

	for (unsigned i = 1; i <= tries; i++) {
		progress(audit, probes[id].name, i, tries);
		exchange(plan, &result);
		note_try(audit, finding, &result);
		if (!result.connected)
			return;
	}
	if (!verdict_is_honoured(finding->verdict) && !is_alive(audit, &result))
		note_try(audit, finding, &result);
}

__attribute__((format(printf, 2, 3))) static void skip(
	struct audit_finding *finding, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(
		finding->skipped, sizeof(finding->skipped), format, arguments);
	va_end(arguments);
}

static unsigned few(const struct audit *audit)
{
	unsigned tries = audit->options->tries;

	return tries < FEW_TRIES ? tries : FEW_TRIES;
}

static void probe_glued(struct audit *audit)
{
	struct exchange_plan plan = plain(audit);

	plan.fin = FIN_GLUED;
	try_plan(audit, AUDIT_FIN_GLUED, &plan, audit->options->tries);
}

static void probe_late(struct audit *audit)
{
	struct exchange_plan plan = plain(audit);
	double first_byte_s = audit->report->baseline.first_byte_s;

	if (first_byte_s < LATE_FROM_S) {
		skip(&audit->report->findings[AUDIT_FIN_LATE],
			"the first byte comes after %.3f s, below %.1f s",
			first_byte_s, LATE_FROM_S);
		return;
	}
	plan.fin = FIN_LATE;
	plan.fin_after_ms = (int64_t)(first_byte_s * 500);
	try_plan(audit, AUDIT_FIN_LATE, &plan, few(audit));
}

static void probe_stalled(struct audit *audit)
{
	struct exchange_plan plan = plain(audit);
	uint64_t bytes = audit->report->baseline.first.bytes;

	if (bytes <= STALLED_FROM_BYTES) {
		skip(&audit->report->findings[AUDIT_FIN_STALLED],
			"the reply is no longer than %d bytes",
			STALLED_FROM_BYTES);
		return;
	}
	plan.fin = FIN_GLUED;
	/* From when the reply is there: a slow one must meet the stall too. */
	plan.stall_ms = STALL_MS +
		(int64_t)(1000 * audit->report->baseline.first_byte_s);
	plan.receive_bytes = STALL_RECEIVE_BYTES;
	try_plan(audit, AUDIT_FIN_STALLED, &plan, few(audit));
}

static void probe_midreply(struct audit *audit)
{
	struct exchange_plan plan = plain(audit);

	plan.fin = FIN_AT_FIRST_BYTE;
	try_plan(audit, AUDIT_FIN_MIDREPLY, &plan, few(audit));
}

/* What is only reported: what came of it, in words. */
static void describe(
	const struct exchange_result *result, char *out, size_t room)
{
	if (!result->connected)
		snprintf(out, room, "no connection: %s",
			names_errno(result->error));
	else
		snprintf(out, room, "%llu bytes, then %s",
			(unsigned long long)result->bytes,
			result->eof             ? "EOF"
				: result->reset ? "RST"
						: "silence");
}

static void probe_bare(struct audit *audit)
{
	struct audit_finding *finding =
		&audit->report->findings[AUDIT_BARE_FIN];
	struct exchange_plan plan = plain(audit);
	struct exchange_result result;

	progress(audit, "bare-fin", 1, 1);
	plan.request_bytes = 0;
	plan.fin = FIN_GLUED;
	exchange(&plan, &result);
	finding->played = true;
	describe(&result, finding->why, sizeof(finding->why));
}

/* "rejects", "executes" or "silent", at several cuts. */
static void probe_half_request(struct audit *audit)
{
	struct audit_finding *finding =
		&audit->report->findings[AUDIT_HALF_REQUEST];
	const struct baseline *baseline = &audit->report->baseline;
	size_t whole = audit->options->plan.request_bytes;
	const size_t cuts[] = { 1, whole / 2, whole - 1 };
	size_t used = 0;

	if (whole < 4) {
		skip(finding, "the request is too short to cut");
		return;
	}
	finding->played = true;
	for (unsigned i = 0; i < 3; i++) {
		struct exchange_plan plan = plain(audit);
		struct exchange_result result;

		progress(audit, "half-request", i + 1, 3);
		plan.request_bytes = cuts[i];
		plan.fin = FIN_GLUED;
		exchange(&plan, &result);
		const char *what = !result.bytes && !result.reset ? "silent"
			: verdict_is_honoured(verdict_judge(&result, baseline))
			? "executes"
			: "rejects";

		used += (size_t)snprintf(finding->why + used,
			sizeof(finding->why) - used, "%s%zu bytes: %s",
			used ? ", " : "", cuts[i], what);
	}
}

/* After a rude end: does the next request get its reply? */
static void probe_rude(
	struct audit *audit, enum audit_id id, enum exchange_ending ending)
{
	struct audit_finding *finding = &audit->report->findings[id];
	const struct baseline *baseline = &audit->report->baseline;
	struct exchange_plan rude = plain(audit), next = plain(audit);
	struct exchange_result result;

	rude.ending = ending;
	for (unsigned i = 1; i <= few(audit); i++) {
		progress(audit, probes[id].name, i, few(audit));
		exchange(&rude, &result);
	}
	/* It meets the rude end only when it comes to answer. */
	poll(NULL, 0, (int)(baseline->first_byte_s * 1000) + NOTICE_MS);
	exchange(&next, &result);
	finding->played = true;
	finding->tries = finding->agreed = 1;
	finding->bytes = verdict_bytes(&result, baseline);
	finding->verdict = result.connected && finding->bytes == baseline->bytes
		? VERDICT_HONOURED
		: VERDICT_PEER_DIED;
	snprintf(finding->why, sizeof(finding->why), "%s",
		finding->verdict == VERDICT_HONOURED
			? "serves on"
			: "the next request does not get its reply");
}

static void probe_oversend(struct audit *audit)
{
	struct audit_finding *finding =
		&audit->report->findings[AUDIT_OVERSEND];
	struct exchange_plan plan = plain(audit);
	struct exchange_result result;

	progress(audit, "oversend", 1, 1);
	plan.oversend_bytes = OVERSEND_BYTES;
	exchange(&plan, &result);
	finding->played = true;
	describe(&result, finding->why, sizeof(finding->why));
}

static void play(struct audit *audit, enum audit_id id)
{
	switch (id) {
	case AUDIT_FIN_GLUED:
		probe_glued(audit);
		break;
	case AUDIT_FIN_LATE:
		probe_late(audit);
		break;
	case AUDIT_FIN_STALLED:
		probe_stalled(audit);
		break;
	case AUDIT_FIN_MIDREPLY:
		probe_midreply(audit);
		break;
	case AUDIT_BARE_FIN:
		probe_bare(audit);
		break;
	case AUDIT_HALF_REQUEST:
		probe_half_request(audit);
		break;
	case AUDIT_CLOSE:
		probe_rude(audit, id, ENDING_CLOSE);
		break;
	case AUDIT_RESET:
		probe_rude(audit, id, ENDING_RESET);
		break;
	case AUDIT_OVERSEND:
		probe_oversend(audit);
		break;
	case AUDIT_PROBES:
		break;
	}
}

void audit_run(const struct audit_options *options, struct audit_report *report)
{
	struct audit audit = {
		.options = options,
		.report = report,
		.patience_ms = options->timeout_ms,
	};

	*report = (struct audit_report){ .overall = AUDIT_HONOURS };
	for (int id = 0; id < AUDIT_PROBES; id++)
		report->findings[id].first_byte_after_fin_s = -1;
	if (!take_baseline(&audit))
		return;
	for (int id = 0; id < AUDIT_PROBES; id++)
		if (options->chosen[id])
			play(&audit, (enum audit_id)id);
	conclude(report);
}
