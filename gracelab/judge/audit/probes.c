/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The probes that send a FIN and want the reply all the same. */
#include <stdio.h>

#include "settle.h"

/* Where the baseline makes no sense of a probe. */
#define LATE_FROM_S        0.2
#define STALLED_FROM_BYTES 65536

/* Replies that come sooner than the baseline leave at least so much room. */
#define LATE_LEAST_S 0.02

#define STALL_MS 700

/* A reply that comes in one piece has no middle. */
#define MIDDLE_FROM_S     0.01
#define MIDDLE_FROM_BYTES 65536

/* How often a probe whose FIN came too late is played again. */
#define ROUNDS 4

static void probe_glued(
	struct audit *audit, enum audit_id id, enum exchange_half half)
{
	struct exchange_plan plan = audit_with_fin(audit, FIN_GLUED);
	struct exchange_plan control = audit_plain(audit);
	struct tries tries = { 0 };

	plan.half = half;
	do
		tries_play(audit, audit_probes()[id].name, &plan,
			audit->options->tries, &tries);
	while (settle(audit, id, &tries, &control));
}

void audit_probe_glued(struct audit *audit)
{
	probe_glued(audit, AUDIT_FIN_GLUED, HALF_BOTH);
}

void audit_probe_notify(struct audit *audit)
{
	probe_glued(audit, AUDIT_NOTIFY_ALONE, HALF_NOTIFY);
}

/* The least time in which any of them has had its first byte. */
static double soonest_s(const struct tries *tries, double soonest_s)
{
	for (size_t i = 0; i < tries->count; i++) {
		double first_s = tries->results[i].first_byte_s -
			tries->results[i].sent_s -
			tries->results[i].round_trip_s;

		if (tries->results[i].first_byte_s >= 0 && first_s < soonest_s)
			soonest_s = first_s;
	}
	return soonest_s;
}

/*
 * Plays until enough tries count, each round with its FIN at half the time in
 * which a reply has come.
 */
static void play_rounds(struct audit *audit, enum audit_id id,
	struct exchange_plan *plan, double think_s, struct tries *tries)
{
	const char *name = audit_probes()[id].name;
	bool gated = audit->report->baseline.gated;
	unsigned counted = 0;

	for (int round = 0;
		round < ROUNDS && counted < audit_few(audit) && !audit->stopped;
		round++) {
		/* Gated, a reply waits for the FIN, however late. */
		plan->fin_after_ms =
			gated ? AUDIT_GATE_MS : (int64_t)(think_s * 500);
		if (!tries_play(audit, name, plan, audit_few(audit) - counted,
			    tries))
			break;
		counted = settle_count(audit, tries);
		if (!gated)
			think_s = soonest_s(tries, think_s);
		/* So late is no later than at once. */
		if (id == AUDIT_FIN_LATE && think_s < LATE_LEAST_S)
			break;
	}
}

static void play_and_settle(struct audit *audit, enum audit_id id,
	struct exchange_plan *plan, double think_s)
{
	struct exchange_plan control = audit_plain(audit);
	struct tries tries = { 0 };

	do
		play_rounds(audit, id, plan, think_s, &tries);
	while (settle(audit, id, &tries, &control));
}

void audit_probe_late(struct audit *audit)
{
	struct audit_finding *finding =
		&audit->report->findings[AUDIT_FIN_LATE];
	struct exchange_plan plan = audit_with_fin(audit, FIN_LATE);
	double think_s = audit->report->baseline.think_s;

	if (think_s < LATE_FROM_S)
		audit_skip(finding,
			"the first byte comes after %.3f s, below %.1f s",
			think_s, LATE_FROM_S);
	else
		play_and_settle(audit, AUDIT_FIN_LATE, &plan, think_s);
}

void audit_probe_midreply(struct audit *audit)
{
	struct audit_finding *finding =
		&audit->report->findings[AUDIT_FIN_MIDREPLY];
	const struct baseline *baseline = &audit->report->baseline;
	struct exchange_plan plan = audit_with_fin(audit, FIN_AT_FIRST_BYTE);

	if (baseline->gated)
		audit_skip(finding, "there is no reply before a FIN");
	else if (baseline->drawn_s < MIDDLE_FROM_S &&
		baseline->first.bytes < MIDDLE_FROM_BYTES)
		audit_skip(finding,
			"the reply comes in one piece: no FIN could come "
			"before its end");
	else
		play_and_settle(audit, AUDIT_FIN_MIDREPLY, &plan, 0);
}

/*
 * The same stall without a FIN comes first: a server that cuts who stalls does
 * not do it for the FIN.
 */
static bool control_stall(
	struct audit *audit, const struct exchange_plan *plan, bool *met)
{
	struct audit_finding *finding =
		&audit->report->findings[AUDIT_FIN_STALLED];
	const struct baseline *baseline = &audit->report->baseline;
	struct exchange_result result;

	audit_progress(audit, "control", 1, 1);
	audit->stopped = !pool_play(&audit->pool, plan, &result);
	*met = baseline_is_met(baseline, &result) &&
		baseline_bytes(baseline, &result) >= baseline->least_bytes;
	finding->controls = 1;
	finding->failed_controls = !*met;
	if (!audit->stopped && !*met) {
		finding->played = true;
		finding->verdict = VERDICT_UNPROVED;
		snprintf(finding->why, sizeof(finding->why),
			"a reader that stalls is cut without a FIN too, after "
			"%.1f of %.1f MiB: that is not the FIN's doing",
			report_mebibytes(result.reply.bytes),
			report_mebibytes(baseline->first.bytes));
	}
	exchange_forget(&result);
	return !audit->stopped;
}

void audit_probe_stalled(struct audit *audit)
{
	struct audit_finding *finding =
		&audit->report->findings[AUDIT_FIN_STALLED];
	const struct baseline *baseline = &audit->report->baseline;
	struct exchange_plan plan = audit_with_fin(audit, FIN_GLUED);
	struct exchange_plan control = audit_plain(audit);
	struct tries tries = { 0 };
	bool met = true;

	if (baseline->first.bytes <= STALLED_FROM_BYTES) {
		audit_skip(finding, "the reply is no longer than %d bytes",
			STALLED_FROM_BYTES);
		return;
	}
	/* From when the reply is there: a slow one must meet the stall too. */
	plan.stall_ms = STALL_MS + (int64_t)(1000 * baseline->first_byte_s);
	control.stall_ms = plan.stall_ms;
	if (!baseline->gated && !control_stall(audit, &control, &met))
		return;
	if (!met)
		return;
	do
		tries_play(
			audit, "fin-stalled", &plan, audit_few(audit), &tries);
	while (settle(audit, AUDIT_FIN_STALLED, &tries,
		baseline->gated ? NULL : &control));
}
