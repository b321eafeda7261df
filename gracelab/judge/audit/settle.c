/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "settle.h"

#include <stdio.h>
#include <string.h>

#include "gracelab/judge/verdict/cause.h"

/* Less probable than this by chance alone, a difference is one. */
#define CHANCE 0.01

/* More controls are never played, nor for longer than this. */
#define CONTROLS_MOST 32
#define CONTROLS_S    10

/* Below this think time no try can tell two clocks apart. */
#define TELLING_S 0.06

/* Whether an honoured try came too late to be one. */
static bool is_early(enum verdict verdict, const struct exchange_result *result)
{
	return verdict_is_honoured(verdict) && !compare_counts(result);
}

unsigned settle_count(const struct audit *audit, const struct tries *tries)
{
	const struct baseline *baseline = &audit->report->baseline;
	unsigned count = 0;

	for (size_t i = 0; i < tries->count; i++)
		count += !is_early(compare(baseline, &tries->results[i]),
			&tries->results[i]);
	return count;
}

static void note_proof(
	struct audit_finding *finding, const struct exchange_result *result)
{
	double thought_s = compare_thought_s(result);
	double went_on_s = compare_went_on_s(result);

	if (finding->thought_s < 0 || thought_s < finding->thought_s)
		finding->thought_s = thought_s;
	if (finding->went_on_s < 0 || went_on_s < finding->went_on_s)
		finding->went_on_s = went_on_s;
}

static enum verdict decide(const struct audit_finding *finding)
{
	enum verdict worst = VERDICT_UNPROVED;

	for (int v = VERDICT_UNPROVED + 1; v < VERDICTS; v++)
		if (finding->outcomes[v] &&
			(worst == VERDICT_UNPROVED ||
				finding->outcomes[v] >=
					finding->outcomes[worst]))
			worst = (enum verdict)v;
	if (worst != VERDICT_UNPROVED || finding->outcomes[VERDICT_UNPROVED])
		return worst;
	if (finding->outcomes[VERDICT_HONOURED_RST])
		return VERDICT_HONOURED_RST;
	return finding->outcomes[VERDICT_HONOURED] ? VERDICT_HONOURED
						   : VERDICT_UNPROVED;
}

/* Counts all tries anew. Returns the one that decides, or NULL. */
static struct exchange_result *count(struct audit *audit,
	struct audit_finding *finding, const struct tries *tries)
{
	const struct baseline *baseline = &audit->report->baseline;

	memset(finding->outcomes, 0, sizeof(finding->outcomes));
	finding->tries = finding->early = 0;
	finding->thought_s = finding->went_on_s = -1;
	for (size_t i = 0; i < tries->count; i++) {
		const struct exchange_result *result = &tries->results[i];
		enum verdict verdict = compare(baseline, result);

		if (is_early(verdict, result)) {
			finding->early++;
			continue;
		}
		finding->tries++;
		finding->outcomes[verdict]++;
		if (verdict_is_honoured(verdict))
			note_proof(finding, result);
	}
	finding->verdict = decide(finding);
	for (size_t i = 0; i < tries->count; i++)
		if (compare(baseline, &tries->results[i]) == finding->verdict)
			return &tries->results[i];
	return tries->count ? &tries->results[0] : NULL;
}

static unsigned bad_ones(const struct audit_finding *finding)
{
	unsigned bad = 0;

	for (int v = VERDICT_UNPROVED + 1; v < VERDICTS; v++)
		bad += finding->outcomes[v];
	return bad;
}

/*
 * Fisher's exact test, one-sided: how probable it is that of all that fail so
 * many or more are among the tries with a FIN, if the FIN changes nothing.
 */
static double chance(
	unsigned bad, unsigned tries, unsigned failed, unsigned controls)
{
	unsigned all = bad + failed, total = tries + controls;
	double sum = 0;

	for (unsigned k = bad; k <= all && k <= tries; k++) {
		double p = 1;

		/* C(tries, k) C(controls, all - k) / C(total, all) */
		if (all - k > controls)
			continue;
		for (unsigned i = 0; i < k; i++)
			p *= (double)(tries - i) / (k - i);
		for (unsigned i = 0; i < all - k; i++)
			p *= (double)(controls - i) / (all - k - i);
		for (unsigned i = 0; i < all; i++)
			p *= (double)(all - i) / (total - i);
		sum += p;
	}
	return sum;
}

/*
 * How many controls: the fewer tries are bad, the more are needed to tell them
 * from what fails by itself now and then.
 */
static unsigned count_controls(const struct audit *audit,
	const struct audit_finding *finding, const struct tries *tries)
{
	static const unsigned wanted[] = { 6, 32, 28, 16 };
	double reply_s = audit->report->baseline.most_s;
	unsigned bad = bad_ones(finding), least = finding->tries;
	unsigned most = reply_s * CONTROLS_MOST > CONTROLS_S * audit->jobs
		? (unsigned)(CONTROLS_S * audit->jobs / reply_s)
		: CONTROLS_MOST;
	unsigned count = bad && bad < finding->tries && bad < 4 ? wanted[bad]
								: wanted[0];

	/* If none is answered any more, one tells so; each costs time. */
	if (tries->results[0].end == END_SILENT && audit->jobs == 1)
		return 1;
	if (count > most)
		count = most;
	return count < least ? least : count;
}

/* What replies look like without a FIN, now that something is amiss. */
static void play_controls(struct audit *audit, struct audit_finding *finding,
	const struct exchange_plan *plan, const struct tries *tries)
{
	struct baseline *baseline = &audit->report->baseline;
	struct tries controls = { 0 };
	bool all_refused = true, all_silent = true;

	tries_play(audit, "control", plan,
		count_controls(audit, finding, tries), &controls);
	finding->controls = (unsigned)controls.count;
	finding->failed_controls = 0;
	for (size_t i = 0; i < controls.count; i++) {
		const struct exchange_result *result = &controls.results[i];
		bool met = baseline_is_met(baseline, result);

		if (met)
			baseline_add(baseline, result);
		finding->failed_controls += !met;
		all_refused = all_refused && result->end == END_NO_CONNECTION;
		all_silent = all_silent &&
			(result->end == END_SILENT ||
				result->end == END_NO_CONNECTION);
	}
	audit->died = controls.count && (all_refused || all_silent);
	audit->doubtful = audit->doubtful || finding->failed_controls;
	tries_free(&controls);
}

static void append(struct audit_finding *finding, const char *text)
{
	size_t used = strlen(finding->why);

	snprintf(finding->why + used, sizeof(finding->why) - used, "%s%s",
		used ? "; " : "", text);
}

/* Holds against the FIN only what it changes. */
static void weigh_controls(struct audit *audit, struct audit_finding *finding)
{
	unsigned bad = bad_ones(finding);
	const char *control = audit->report->baseline.gated ? "with a later FIN"
							    : "without a FIN";
	char text[128];

	if (bad && bad < finding->tries && finding->controls &&
		!finding->failed_controls) {
		snprintf(text, sizeof(text), "%s none of %u fails", control,
			finding->controls);
		append(finding, text);
	}
	if (!bad || !finding->failed_controls)
		return;
	if (audit->died) {
		finding->verdict = VERDICT_PEER_DIED;
		append(finding, "and then it serves nobody any more");
		return;
	}
	snprintf(text, sizeof(text), "%s %u of %u fail too", control,
		finding->failed_controls, finding->controls);
	if (chance(bad, finding->tries, finding->failed_controls,
		    finding->controls) >= CHANCE) {
		finding->verdict = VERDICT_UNPROVED;
		*finding->why = '\0';
	}
	append(finding, text);
}

/* The same with the FIN at another time, where that tells a cause. */
static void ask_other_clock(
	struct audit *audit, enum audit_id id, struct cause_times *times)
{
	double think_s = audit->report->baseline.think_s;
	struct exchange_plan plan = audit_with_fin(
		audit, id == AUDIT_FIN_LATE ? FIN_GLUED : FIN_LATE);
	struct exchange_result result;

	plan.fin_after_ms = (int64_t)(think_s * 500);
	audit->stopped = !pool_play(&audit->pool, &plan, &result);
	if (!result.reply.bytes &&
		(result.end == END_EOF || result.end == END_RESET))
		cause_add(times, &result);
	exchange_forget(&result);
}

static void explain(struct audit *audit, enum audit_id id,
	const struct tries *tries, const struct exchange_result *result)
{
	const struct baseline *baseline = &audit->report->baseline;
	struct audit_finding *finding = &audit->report->findings[id];
	struct cause_times times = { .after_fin_s = -1, .after_request_s = -1 };
	struct cause_times other = times;
	enum cause cause = CAUSE_UNKNOWN;
	bool lost = finding->verdict == VERDICT_LOST ||
		finding->verdict == VERDICT_RESET;

	for (size_t i = 0; lost && i < tries->count; i++)
		if (compare(baseline, &tries->results[i]) == finding->verdict)
			cause_add(&times, &tries->results[i]);
	if (lost)
		cause = cause_of(baseline, &times, NULL);
	if (lost && cause == CAUSE_UNKNOWN && !audit->died && !times.untimed &&
		baseline->think_s >= TELLING_S && !audit->stopped &&
		(id == AUDIT_FIN_GLUED || id == AUDIT_FIN_LATE)) {
		ask_other_clock(audit, id, &other);
		cause = cause_of(baseline, &times, &other);
	}
	if (!finding->tries)
		snprintf(finding->why, sizeof(finding->why),
			"in all %u tries the reply came before the FIN",
			finding->early);
	else
		cause_say(finding->verdict, baseline, result, cause, &times,
			finding->why, sizeof(finding->why));
	finding->remedy =
		cause_remedy(finding->verdict, cause, &times, baseline);
}

/* Keeps what the try that decides has called and got. */
static void keep_trace(struct audit_finding *finding, const struct tries *tries,
	struct exchange_result *result)
{
	if (!verdict_is_bad(finding->verdict))
		return;
	finding->traced = (unsigned)(result - tries->results) + 1;
	finding->trace = result->trace;
	result->trace = (struct trace){ 0 };
}

/* Some are served only one after the other, or a few at a time. */
static bool goes_in_turn(struct audit *audit, struct audit_finding *finding)
{
	if (!finding->failed_controls || audit->died || audit->jobs == 1 ||
		audit->stopped)
		return false;
	audit->jobs = 1;
	audit->doubtful = false;
	*finding = (struct audit_finding){ .thought_s = -1, .went_on_s = -1 };
	return true;
}

bool settle(struct audit *audit, enum audit_id id, struct tries *tries,
	const struct exchange_plan *control)
{
	struct audit_finding *finding = &audit->report->findings[id];
	struct exchange_result *result = count(audit, finding, tries);
	bool again = false;

	if (audit->stopped || !result || audit_baseline_broke(audit))
		goto out;
	/* More replies do not tell where they end if two did not. */
	unsigned doubtful = bad_ones(finding) +
		(audit->report->baseline.by == WHOLE_UNKNOWN
				? 0
				: finding->outcomes[VERDICT_UNPROVED]);

	if (doubtful && control) {
		play_controls(audit, finding, control, tries);
		again = goes_in_turn(audit, finding);
		if (again)
			goto out;
		result = count(audit, finding, tries);
	}
	if (!audit->stopped && result) {
		finding->played = true;
		finding->bytes =
			baseline_bytes(&audit->report->baseline, result);
		explain(audit, id, tries, result);
		weigh_controls(audit, finding);
		keep_trace(finding, tries, result);
	}
out:
	tries_free(tries);
	return again;
}
