/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is special with TLS: its handshake, and the two layers of an end. */
#include <stdio.h>
#include <string.h>

#include "tries.h"

bool audit_shake_hands(struct audit *audit)
{
	struct audit_report *report = audit->report;
	struct exchange_plan plan = audit->plan;
	struct exchange_result result;

	if (!plan.tls)
		return true;
	plan.request_bytes = 0;
	plan.ending = ENDING_CLOSE;
	plan.brisk = true;
	plan.patience_ms = audit->options->timeout_ms;
	audit->stopped = !pool_play(&audit->pool, &plan, &result);
	report->version = result.version;
	if (result.no_handshake) {
		report->overall = AUDIT_NO_BASELINE;
		snprintf(report->proof, sizeof(report->proof),
			"the TLS handshake fails: %s", result.refusal);
	}
	exchange_forget(&result);
	return !audit->stopped && !result.no_handshake;
}

/* How the peer has ended: "close_notify, then FIN". */
static const char *end_text(const struct exchange_result *result)
{
	const struct tls_end *end = &result->tls_end;

	if (end->notified)
		return end->error  ? "close_notify, then RST"
			: end->fin ? "close_notify, then FIN"
				   : "close_notify";
	if (exchange_broke_tls(result))
		return "no close_notify: what is no TLS ends it";
	if (result->end == END_RESET)
		return "no close_notify: RST alone ends it";
	return result->end == END_EOF ? "no close_notify: FIN alone ends it"
				      : "silence";
}

/* How long a reply may be silent before its end. */
static struct exchange_plan plan_to_end(struct audit *audit, bool fin)
{
	struct exchange_plan plan =
		fin ? audit_with_fin(audit, FIN_GLUED) : audit_plain(audit);

	plan.to_the_end = true;
	plan.patience_ms =
		500 + (int64_t)(2000 * audit->report->baseline.most_s);
	return plan;
}

void audit_probe_fin_alone(struct audit *audit)
{
	struct audit_finding *finding =
		&audit->report->findings[AUDIT_FIN_ALONE];
	/* What the next probe asks first costs no time beside it. */
	struct exchange_plan plans[] = { audit_with_fin(audit, FIN_GLUED),
		plan_to_end(audit, false) };
	struct exchange_result results[2];
	const struct exchange_result *result = &results[0];
	const char *says;

	audit->has_whole_end = audit->options->chosen[AUDIT_TLS_END];
	plans[0].half = HALF_FIN;
	finding->played = tries_play_each(audit, "fin-alone", plans,
		audit->has_whole_end ? 2 : 1, results);
	if (audit->has_whole_end)
		audit->whole_end = results[1];
	enum verdict verdict = compare(&audit->report->baseline, result);

	if (verdict_is_honoured(verdict) || verdict == VERDICT_NO_FIN)
		says = "answers all the same";
	else if (result->reply.bytes)
		says = "gives another reply";
	else
		says = "gives no reply";
	if (*result->tls_end.alert)
		snprintf(finding->why, sizeof(finding->why),
			"%s, and reports it: the alert \"%s\"", says,
			result->tls_end.alert);
	else
		snprintf(finding->why, sizeof(finding->why), "%s, then %s",
			says,
			result->tls_end.notified             ? "close_notify"
				: result->end == END_EOF     ? "FIN alone"
				: exchange_broke_tls(result) ? "what is no TLS"
				: result->end == END_RESET   ? "RST"
							     : "silence");
	exchange_forget(&results[0]);
}

static bool has_ended(const struct exchange_result *result)
{
	return result->end == END_EOF || result->end == END_RESET ||
		result->tls_end.notified;
}

void audit_probe_tls_end(struct audit *audit)
{
	struct audit_finding *finding = &audit->report->findings[AUDIT_TLS_END];
	struct exchange_plan plan = plan_to_end(audit, false);
	struct exchange_result result = audit->whole_end;

	audit_progress(audit, "tls-end", 1, 1);
	if (!audit->has_whole_end)
		audit->stopped = !pool_play(&audit->pool, &plan, &result);
	audit->has_whole_end = false;
	bool by_itself = has_ended(&result);

	if (!by_itself && !audit->stopped) {
		exchange_forget(&result);
		plan = plan_to_end(audit, true);
		audit->stopped = !pool_play(&audit->pool, &plan, &result);
	}
	finding->played = !audit->stopped;
	finding->notified = result.tls_end.notified;
	if (!has_ended(&result))
		snprintf(finding->why, sizeof(finding->why),
			"its connections do not end");
	else
		snprintf(finding->why, sizeof(finding->why), "%s%s",
			end_text(&result),
			by_itself ? "" : "; not before our half has ended");
	exchange_forget(&result);
}
