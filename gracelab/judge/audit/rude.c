/* SPDX-License-Identifier: GPL-3.0-or-later */
/* After a client that is gone: does the next request get its reply? */
#include <stdio.h>

#include "lib/base/names.h"
#include "tries.h"

/* How much later than its answers a server has surely met a rude end. */
#define NOTICE_MS 100

/* So many requests afterwards, if the first are not answered. */
#define NEXT_TRIES 3

/* One and then another; what came of the last stands in `*result`. */
static unsigned ask_next(struct audit *audit, const char *name, unsigned most,
	struct exchange_result *result)
{
	const struct baseline *baseline = &audit->report->baseline;
	struct exchange_plan next = audit_plain(audit);

	/* One that serves in turn has the rude ones' requests to do first. */
	next.patience_ms +=
		AUDIT_FEW_TRIES * (int64_t)(1000 * baseline->most_s);
	for (unsigned i = 1; i <= most; i++) {
		audit_progress(audit, name, i, most);
		audit->stopped = !pool_play(&audit->pool, &next, result);
		if (audit->stopped || baseline_is_met(baseline, result))
			return i;
		if (i < most)
			exchange_forget(result);
	}
	return 0;
}

/* Where replies fail without a cause, one more that does says nothing. */
static bool serves_before(struct audit *audit, enum audit_id id)
{
	struct audit_finding *finding = &audit->report->findings[id];
	struct exchange_result result;

	if (!audit->doubtful)
		return true;
	bool serves = ask_next(audit, "control", 1, &result);

	exchange_forget(&result);
	if (!serves && !audit->stopped) {
		finding->played = true;
		finding->verdict = VERDICT_UNPROVED;
		snprintf(finding->why, sizeof(finding->why),
			"also before it a request had no reply");
	}
	return serves && !audit->stopped;
}

static void judge_next(struct audit *audit, struct audit_finding *finding,
	unsigned at, const struct exchange_result *result)
{
	size_t room = sizeof(finding->why);
	bool refused = result->end == END_NO_CONNECTION;

	finding->verdict = VERDICT_HONOURED;
	if (at == 1) {
		snprintf(finding->why, room, "serves on");
		return;
	}
	if (at) {
		snprintf(finding->why, room,
			"serves on, but only request %u afterwards had its "
			"reply",
			at);
		return;
	}
	/* That may be a limit, and no harm that was done. */
	if (result->reply.bytes) {
		finding->verdict = VERDICT_UNPROVED;
		snprintf(finding->why, room,
			"the next %d requests have other replies", NEXT_TRIES);
		return;
	}
	audit->died = true;
	finding->verdict = VERDICT_PEER_DIED;
	finding->outcomes[VERDICT_PEER_DIED] = finding->tries;
	if (refused)
		snprintf(finding->why, room,
			"it has died: the next connection gives %s",
			names_errno(result->error));
	else
		snprintf(finding->why, room,
			"the next %d requests have no replies", NEXT_TRIES);
}

void audit_probe_rude(
	struct audit *audit, enum audit_id id, enum exchange_ending ending)
{
	struct audit_finding *finding = &audit->report->findings[id];
	const struct baseline *baseline = &audit->report->baseline;
	struct exchange_plan rude = audit_plain(audit);
	struct exchange_result result;
	struct tries tries = { 0 };

	if (!serves_before(audit, id))
		return;
	rude.ending = ending;
	rude.fin = FIN_NEVER;
	if (!tries_play(audit, audit_probes()[id].name, &rude, audit_few(audit),
		    &tries))
		goto out;
	/* It meets the rude end only when it comes to answer. */
	audit->stopped = !pool_rest(&audit->pool,
		(int64_t)(baseline->first_byte_s * 1000) + NOTICE_MS);
	if (audit->stopped)
		goto out;
	unsigned at =
		ask_next(audit, audit_probes()[id].name, NEXT_TRIES, &result);

	if (audit->stopped) {
		exchange_forget(&result);
		goto out;
	}
	finding->played = true;
	finding->thought_s = finding->went_on_s = -1;
	finding->tries = (unsigned)tries.count;
	finding->bytes = baseline_bytes(baseline, &result);
	judge_next(audit, finding, at, &result);
	if (verdict_is_bad(finding->verdict)) {
		finding->traced = 1;
		finding->trace = result.trace;
		result.trace = (struct trace){ 0 };
	}
	exchange_forget(&result);
out:
	tries_free(&tries);
}
