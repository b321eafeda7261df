/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report.h"

static const struct inspect_item probes[AUDIT_PROBES] = {
	[AUDIT_FIN_GLUED] = { "fin-glued",
		"the FIN on the request's last segment", true, false },
	[AUDIT_NOTIFY_ALONE] = { "notify-alone",
		"with --tls: close_notify alone, on the request's last segment",
		true, false },
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
	[AUDIT_FIN_ALONE] = { "fin-alone",
		"with --tls: the FIN without close_notify before it", false,
		false },
	[AUDIT_TLS_END] = { "tls-end",
		"with --tls: does close_notify end a whole reply?", false,
		false },
};

const struct inspect_item *audit_probes(void)
{
	return probes;
}

void report_forget(struct audit_report *report)
{
	for (int id = 0; id < AUDIT_PROBES; id++) {
		trace_free(&report->findings[id].trace);
		report->findings[id] = (struct audit_finding){ .thought_s = -1,
			.went_on_s = -1 };
	}
}
