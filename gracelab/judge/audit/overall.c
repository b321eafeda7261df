/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "overall.h"

#include <stdio.h>

/* A think time or a size below these proves nothing. */
#define PROOF_THINK_S     0.1
#define PROOF_STALL_BYTES (8 * 1024 * 1024)

const char *overall_name(enum audit_overall overall)
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
	case AUDIT_NO_VERDICT:
		return "NO-VERDICT";
	case AUDIT_INTERRUPTED:
		return "INTERRUPTED";
	}
	return "?";
}

int overall_status(enum audit_overall overall)
{
	switch (overall) {
	case AUDIT_HONOURS:
		return 0;
	case AUDIT_VIOLATES:
		return 1;
	case AUDIT_NO_BASELINE:
	case AUDIT_UNPROVED:
	case AUDIT_NO_VERDICT:
	case AUDIT_INTERRUPTED:
		return 3;
	}
	return 3;
}

/* What a bad finding violates, in the order in which it is said. */
enum violation { LOSES, UNENDING, DIES_OF_FIN, DIES_OF_GONE, VIOLATIONS };

static enum violation violation_of(
	enum audit_id id, const struct audit_finding *finding)
{
	if (id == AUDIT_CLOSE || id == AUDIT_RESET)
		return DIES_OF_GONE;
	if (finding->verdict == VERDICT_PEER_DIED)
		return DIES_OF_FIN;
	return finding->verdict == VERDICT_NO_FIN ? UNENDING : LOSES;
}

static bool is_bad(const struct audit_report *report, int id)
{
	const struct audit_finding *finding = &report->findings[id];

	/* Of what is not judged only a server's death counts. */
	return finding->played &&
		(audit_probes()[id].judged
				? verdict_is_bad(finding->verdict)
				: finding->verdict == VERDICT_PEER_DIED);
}

/* Says what was violated; "" where nothing was. */
static void say_violations(
	const struct audit_report *report, char *out, size_t room)
{
	bool found[VIOLATIONS] = { false }, whole = false;
	size_t used = 0;

	for (int id = 0; id < AUDIT_PROBES; id++) {
		const struct audit_finding *finding = &report->findings[id];

		if (is_bad(report, id))
			found[violation_of((enum audit_id)id, finding)] = true;
		whole = whole || finding->outcomes[VERDICT_NO_FIN];
	}
	const char *const says[VIOLATIONS] = {
		[LOSES] = "a half-closed connection does not keep its reply",
		[UNENDING] = found[LOSES]
			? "and a connection whose reply is whole never ends"
			: "replies are whole, but the connection never ends",
		[DIES_OF_FIN] = "it dies of a FIN: it serves nobody any more",
		[DIES_OF_GONE] = "it dies of a client that is gone: it serves "
				 "nobody any more",
	};

	*out = '\0';
	for (int i = 0; i < VIOLATIONS; i++)
		if (found[i])
			used += (size_t)snprintf(out + used, room - used,
				"%s%s", used ? "; " : "", says[i]);
	if (found[LOSES] && report->version == TLS_1_2)
		snprintf(out + used, room - used,
			"; TLS 1.2 itself asks for that: RFC 5246 section "
			"7.2.1 has who gets a close_notify close at once");
	else if (found[LOSES] && report->version == TLS_1_3)
		snprintf(out + used, room - used,
			"; TLS 1.3 lets the other half live: RFC 8446 section "
			"6.1");
}

/* The longest time that the probes which meet one have proved; -1: none. */
static double longest_s(const struct audit_report *report, bool went_on)
{
	double most_s = -1;

	for (int id = AUDIT_FIN_GLUED; id <= AUDIT_FIN_LATE; id++) {
		const struct audit_finding *finding = &report->findings[id];
		double this_s =
			went_on ? finding->went_on_s : finding->thought_s;

		if (finding->played && verdict_is_honoured(finding->verdict) &&
			this_s > most_s)
			most_s = this_s;
	}
	return most_s;
}

/* The first probe that meets a think time, was played and proves nothing. */
static bool find_unproved(const struct audit_report *report, enum audit_id *id)
{
	for (int i = AUDIT_FIN_GLUED; i <= AUDIT_FIN_LATE; i++) {
		*id = (enum audit_id)i;
		if (report->findings[i].played &&
			report->findings[i].verdict == VERDICT_UNPROVED)
			return true;
	}
	return false;
}

static bool any_fin(const struct audit_report *report)
{
	for (int id = AUDIT_FIN_GLUED; id <= AUDIT_FIN_MIDREPLY; id++)
		if (report->findings[id].played)
			return true;
	return false;
}

/* What silence without a FIN was taken for, and how long it was. */
static void say_silence(
	const struct audit_report *report, char *out, size_t room)
{
	*out = '\0';
	if (report->baseline.gated)
		snprintf(out, room,
			"; it answers only at EOF (nothing in %.1f s without)",
			report->watched_s);
	else if (report->baseline.by == WHOLE_BY_LENGTH &&
		report->watched_s > 0)
		snprintf(out, room,
			"; where a reply ends was told by %.1f s of silence",
			report->watched_s);
}

static void say_proof(struct audit_report *report, bool by_size)
{
	double thought_s = longest_s(report, false);
	double went_on_s = longest_s(report, true);
	size_t room = sizeof(report->proof);
	const char *size = by_size ? ", and for a stalled reader" : "";
	char silence[96];

	say_silence(report, silence, sizeof(silence));
	if (thought_s >= PROOF_THINK_S)
		snprintf(report->proof, room,
			"proved for a think time of %.2f s%s; a longer one may "
			"still fail%s",
			thought_s, size, silence);
	else if (went_on_s >= PROOF_THINK_S)
		snprintf(report->proof, room,
			"proved by a reply that went on for %.2f s after the "
			"FIN%s; a longer one may still fail%s",
			went_on_s, size, silence);
	else
		snprintf(report->proof, room,
			"proved for %.1f MiB to a stalled reader, not for a "
			"think time%s",
			report_mebibytes(
				report->findings[AUDIT_FIN_STALLED].bytes),
			silence);
}

static void say_unproved(struct audit_report *report)
{
	enum audit_id id;
	size_t room = sizeof(report->proof);

	if (find_unproved(report, &id))
		snprintf(report->proof, room, "%s proves nothing: %s",
			audit_probes()[id].name, report->findings[id].why);
	else if (!any_fin(report))
		snprintf(report->proof, room,
			"no probe with a FIN was played to its end");
	else if (longest_s(report, true) < 0)
		snprintf(report->proof, room,
			"nothing tells how long a reply may take after the "
			"FIN");
	else
		snprintf(report->proof, room,
			"the reply came %.3f s after the FIN: too soon to tell "
			"(0.1 s, or 8 MiB to a stalled reader, would)",
			longest_s(report, true));
}

bool overall_is_asked(const struct audit_options *options)
{
	for (int id = 0; id < AUDIT_PROBES; id++)
		if (options->chosen[id] && audit_probes()[id].judged)
			return true;
	return false;
}

void conclude(const struct audit_options *options, struct audit_report *report,
	bool interrupted)
{
	bool by_time = longest_s(report, false) >= PROOF_THINK_S ||
		longest_s(report, true) >= PROOF_THINK_S;
	enum audit_id id;
	const struct audit_finding *stalled =
		&report->findings[AUDIT_FIN_STALLED];
	bool by_size = stalled->played &&
		verdict_is_honoured(stalled->verdict) &&
		stalled->bytes >= PROOF_STALL_BYTES;

	say_violations(report, report->proof, sizeof(report->proof));
	if (*report->proof) {
		report->overall = AUDIT_VIOLATES;
	} else if (interrupted) {
		report->overall = AUDIT_INTERRUPTED;
		snprintf(report->proof, sizeof(report->proof),
			"what was finished stands above; there is no verdict");
	} else if (!overall_is_asked(options)) {
		report->overall = AUDIT_NO_VERDICT;
		snprintf(report->proof, sizeof(report->proof),
			"nothing that is judged was asked for");
	} else if (!find_unproved(report, &id) && (by_time || by_size)) {
		report->overall = AUDIT_HONOURS;
		say_proof(report, by_size);
	} else {
		report->overall = AUDIT_UNPROVED;
		say_unproved(report);
	}
}
