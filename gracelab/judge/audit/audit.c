/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audit.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "audit_inside.h"
#include "lib/base/duration.h"
#include "overall.h"

/* A reply that goes on for so many time-outs, or for so many times the
 * baseline's time, is given up; so is one of twice its bytes and these. */
#define TOTAL_TIMES    12
#define BASELINE_TIMES 4
#define MOST_MORE      (1024 * 1024)

/*
 * Whoever is left without a FIN says no more for so long, or (where a FIN
 * brings the reply) for so many times what that takes.
 */
#define WATCH_MS    2500
#define WATCH_TIMES 5

/* Of replies that are longer than this so many are read side by side. */
#define LONG_BYTES (1024 * 1024)
#define LONG_JOBS  2

/* How often it is looked. */
#define LOOK_MS 20

struct exchange_plan audit_plain(const struct audit *audit)
{
	struct exchange_plan plan = audit->plan;

	plan.patience_ms = audit->patience_ms;
	plan.total_ms = TOTAL_TIMES * audit->patience_ms;
	if (audit->report->baseline.gated) {
		plan.fin = FIN_LATE;
		plan.fin_after_ms = AUDIT_GATE_MS;
	}
	return plan;
}

struct exchange_plan audit_with_fin(
	const struct audit *audit, enum exchange_fin fin)
{
	const struct baseline *baseline = &audit->report->baseline;
	struct exchange_plan plan = audit_plain(audit);
	int64_t slowest_ms =
		BASELINE_TIMES * (int64_t)(1000 * baseline->most_s);

	plan.fin = fin;
	plan.fin_after_ms = 0;
	if (plan.total_ms < slowest_ms)
		plan.total_ms = slowest_ms;
	/* One that says where it ends takes as long as it takes. */
	if (baseline->by == WHOLE_BY_HTTP && !baseline->until_close)
		plan.total_ms = 0;
	else if (baseline->by == WHOLE_BY_EOF ||
		baseline->by == WHOLE_BY_LENGTH)
		plan.most_bytes = 2 * baseline->most_bytes + MOST_MORE;
	return plan;
}

unsigned audit_few(const struct audit *audit)
{
	unsigned tries = audit->options->tries;

	return tries < AUDIT_FEW_TRIES ? tries : AUDIT_FEW_TRIES;
}

void audit_progress(const struct audit *audit, const char *name, unsigned try,
	unsigned tries)
{
	if (audit->options->on_try)
		audit->options->on_try(
			audit->options->context, name, try, tries);
}

void audit_skip(struct audit_finding *finding, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(
		finding->skipped, sizeof(finding->skipped), format, arguments);
	va_end(arguments);
}

static void play(struct audit *audit, enum audit_id id)
{
	switch (id) {
	case AUDIT_FIN_GLUED:
		audit_probe_glued(audit);
		break;
	case AUDIT_NOTIFY_ALONE:
		audit_probe_notify(audit);
		break;
	case AUDIT_FIN_LATE:
		audit_probe_late(audit);
		break;
	case AUDIT_FIN_STALLED:
		audit_probe_stalled(audit);
		break;
	case AUDIT_FIN_MIDREPLY:
		audit_probe_midreply(audit);
		break;
	case AUDIT_BARE_FIN:
		audit_probe_bare(audit);
		break;
	case AUDIT_HALF_REQUEST:
		audit_probe_half_request(audit);
		break;
	case AUDIT_CLOSE:
		audit_probe_rude(audit, id, ENDING_CLOSE);
		break;
	case AUDIT_RESET:
		if (audit->plan.address->ai_family == AF_UNIX)
			audit_skip(&audit->report->findings[id],
				"a UNIX socket has no RST");
		else
			audit_probe_rude(audit, id, ENDING_RESET);
		break;
	case AUDIT_OVERSEND:
		audit_probe_oversend(audit);
		break;
	case AUDIT_FIN_ALONE:
		audit_probe_fin_alone(audit);
		break;
	case AUDIT_TLS_END:
		audit_probe_tls_end(audit);
		break;
	case AUDIT_PROBES:
		break;
	}
}

static void tell(const struct audit *audit, enum audit_id id, bool again)
{
	if (audit->options->on_finding)
		audit->options->on_finding(
			audit->options->context, audit->report, id, again);
}

static void end_watch(struct audit *audit)
{
	struct exchange_result result;

	if (!audit->watch)
		return;
	pool_finish(&audit->pool, audit->watch, &result);
	exchange_forget(&result);
	audit->watch = NULL;
}

/* More has come where nothing more was expected. */
bool audit_baseline_broke(const struct audit *audit)
{
	return audit->watch &&
		exchange_so_far(audit->watch)->reply.bytes >
		audit->watched_bytes;
}

/*
 * How long the one that was left open has to say no more: long enough for what
 * the baseline rests on to be no chance.
 */
static int64_t enough_ms(const struct audit *audit)
{
	const struct audit_options *options = audit->options;
	const struct baseline *baseline = &audit->report->baseline;
	int64_t ms = WATCH_MS;

	if (baseline->gated &&
		baseline->think_s * WATCH_TIMES * 1000 > WATCH_MS)
		ms = (int64_t)(baseline->think_s * WATCH_TIMES * 1000);
	return options->timeout_said || ms > options->timeout_ms
		? options->timeout_ms
		: ms;
}

static void watch_on(struct audit *audit)
{
	while (audit->watch && !audit->stopped &&
		!audit_baseline_broke(audit) &&
		exchange_so_far(audit->watch)->end == END_NOT_YET &&
		exchange_silent_ms(audit->watch) < enough_ms(audit))
		audit->stopped =
			!pool_step(&audit->pool, duration_now_ms() + LOOK_MS);
	if (audit->watch && exchange_so_far(audit->watch)->end == END_NOT_YET)
		audit->report->watched_s =
			(double)exchange_silent_ms(audit->watch) / 1000;
}

static bool is_void(const struct audit *audit)
{
	const struct audit_report *report = audit->report;
	const struct baseline *baseline = &report->baseline;
	bool longer = false;

	/* With a FIN more came than before the silence without one. */
	for (int id = 0; id < AUDIT_PROBES; id++)
		longer = longer ||
			(baseline->by == WHOLE_BY_LENGTH &&
				report->findings[id].verdict ==
					VERDICT_UNPROVED &&
				report->findings[id].bytes >
					baseline->most_bytes);
	return longer || audit_baseline_broke(audit);
}

/* Plays all that are chosen; false where the baseline has proved wrong. */
static bool play_probes(struct audit *audit, bool thorough)
{
	for (int id = 0; id < AUDIT_PROBES; id++) {
		struct audit_finding *finding = &audit->report->findings[id];
		double begun_s = duration_now_s();

		if (!audit->options->chosen[id] || audit->stopped)
			continue;
		if (audit->died && !finding->played)
			audit_skip(finding,
				"the server serves nobody any "
				"more");
		else if (!finding->played)
			play(audit, (enum audit_id)id);
		finding->seconds = duration_now_s() - begun_s;
		if (!thorough && is_void(audit))
			return false;
		if (finding->played || *finding->skipped)
			tell(audit, (enum audit_id)id, false);
	}
	watch_on(audit);
	return thorough ? !audit_baseline_broke(audit) : !is_void(audit);
}

/* What a probe may wait for: as long as anything took, twice. */
static int64_t choose_patience_ms(const struct audit *audit)
{
	const struct baseline *baseline = &audit->report->baseline;
	double longest_s = baseline->longest_s > baseline->first_byte_s
		? baseline->longest_s
		: baseline->first_byte_s;
	/* Some serve side by side only a few. */
	double queued_s = audit->jobs * baseline->think_s;
	double needed_s =
		longest_s > queued_s ? 2 * longest_s : longest_s + queued_s;
	int64_t needed_ms = (int64_t)(1000 * needed_s) + 1000;

	return needed_ms < audit->options->timeout_ms
		? audit->options->timeout_ms
		: needed_ms;
}

/* The first of the addresses that takes a connection, or the last. */
static bool find_address(struct audit *audit)
{
	const struct addrinfo *address = audit->options->addresses;

	for (; address && !audit->stopped; address = address->ai_next) {
		struct exchange_plan plan = { .address = address,
			.ending = ENDING_CLOSE,
			.once = true,
			.patience_ms = audit->options->timeout_ms };
		struct exchange_result result;

		audit->plan.address = address;
		/* One alone is found out with the first request. */
		if (!address->ai_next)
			break;
		audit->stopped = !pool_play(&audit->pool, &plan, &result);
		exchange_forget(&result);
		if (result.connected)
			break;
	}
	return !audit->stopped;
}

static bool play_once(struct audit *audit, bool thorough)
{
	struct audit_report *report = audit->report;
	double begun_s = duration_now_s();
	bool good = true;

	report_forget(report);
	if (audit_take_baseline(audit, thorough)) {
		/* Reading many long ones, we would be a slow reader. */
		if (report->baseline.first.bytes > LONG_BYTES &&
			audit->jobs > LONG_JOBS)
			audit->jobs = LONG_JOBS;
		audit->patience_ms = choose_patience_ms(audit);
		report->base_seconds = duration_now_s() - begun_s;
		tell(audit, AUDIT_PROBES, thorough);
		good = play_probes(audit, thorough);
	}
	end_watch(audit);
	return good;
}

void audit_run(const struct audit_options *options, struct audit_report *report)
{
	struct audit audit = {
		.options = options,
		.report = report,
		.pool = { .stops = options->stops },
		.plan = options->plan,
		.jobs = options->jobs,
		.patience_ms = options->timeout_ms,
	};

	*report = (struct audit_report){ .overall = AUDIT_INTERRUPTED };
	if (find_address(&audit) && audit_shake_hands(&audit) &&
		!play_once(&audit, false) && !audit.stopped)
		play_once(&audit, true);
	if (report->has_baseline || audit.stopped)
		conclude(options, report, audit.stopped);
	pool_end(&audit.pool);
}
