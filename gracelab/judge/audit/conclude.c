/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "conclude.h"

#include <stdio.h>

/* A think time or a size below these proves nothing. */
#define PROOF_THINK_S     0.1
#define PROOF_STALL_BYTES (8 * 1024 * 1024)

const char *conclude_name(enum audit_overall overall)
{
	switch (overall) {
	case AUDIT_HONOURS:
		return "HONOURS";
	case AUDIT_VIOLATES:
		return "VIOLATES";
	case AUDIT_NO_BASELINE:
		return "NO-BASELINE";
	case AUDIT_UNPROVED:
		return "UNPROVED";
	}
	return "?";
}

int conclude_status(enum audit_overall overall)
{
	switch (overall) {
	case AUDIT_HONOURS:
		return 0;
	case AUDIT_VIOLATES:
		return 1;
	case AUDIT_NO_BASELINE:
	case AUDIT_UNPROVED:
		return 3;
	}
	return 3;
}

/* How long a think time the honoured FIN probes have proved. */
static double proved_think_s(const struct audit_report *report)
{
	double most_s = -1;

	for (int id = AUDIT_FIN_GLUED; id <= AUDIT_FIN_LATE; id++)
		if (report->findings[id].first_byte_after_fin_s > most_s)
			most_s = report->findings[id].first_byte_after_fin_s;
	return most_s;
}

void conclude(struct audit_report *report)
{
	const struct inspect_item *probes = audit_probes();
	const struct audit_finding *stalled =
		&report->findings[AUDIT_FIN_STALLED];
	double think_s = proved_think_s(report);
	bool by_think = think_s >= PROOF_THINK_S;
	bool by_size = stalled->played && stalled->bytes >= PROOF_STALL_BYTES;

	for (int id = 0; id < AUDIT_PROBES; id++) {
		const struct audit_finding *finding = &report->findings[id];

		if (finding->played && probes[id].judged &&
			!verdict_is_honoured(finding->verdict))
			report->overall = AUDIT_VIOLATES;
	}
	if (report->overall == AUDIT_VIOLATES) {
		snprintf(report->proof, sizeof(report->proof),
			"a half-closed connection does not keep its reply");
		return;
	}
	report->overall = by_think || by_size ? AUDIT_HONOURS : AUDIT_UNPROVED;
	if (by_think)
		snprintf(report->proof, sizeof(report->proof),
			"proved for a think time of %.2f s%s; a longer one may "
			"still fail",
			think_s, by_size ? ", and for a stalled reader" : "");
	else if (by_size)
		snprintf(report->proof, sizeof(report->proof),
			"proved for %.1f MiB to a stalled reader, not for a "
			"think time",
			(double)stalled->bytes / (1024 * 1024));
	else
		snprintf(report->proof, sizeof(report->proof),
			"the reply came %.3f s after the FIN: too soon to tell "
			"(0.1 s, or 8 MiB to a stalled reader, would)",
			think_s < 0 ? 0 : think_s);
}
