/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gracelab/judge/inspect.h"

#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit.h"
#include "gracelab/judge/results.h"
#include "gracelab/judge/tls/context.h"
#include "lib/base/status.h"
#include "lib/net/net.h"
#include "options.h"
#include "overall.h"

struct auditor {
	struct audit_command command;
	struct audit_report report;
	struct results results;
};

static void on_try(
	void *context, const char *probe, unsigned try, unsigned tries)
{
	struct auditor *auditor = context;

	results_progress(&auditor->results, probe, try, tries);
}

/* "5 lost, 1 cut, 2 whole of 8": what is bad first. */
static size_t say_outcomes(
	const struct audit_finding *finding, char *out, size_t room)
{
	size_t used = 0;

	*out = '\0';
	for (int pass = 0; pass < 2; pass++)
		for (int v = 0; v < VERDICTS; v++) {
			bool bad = verdict_is_bad((enum verdict)v);

			if (!finding->outcomes[v] || bad == (pass == 1) ||
				used >= room)
				continue;
			used += (size_t)snprintf(out + used, room - used,
				"%s%u %s", used ? ", " : "",
				finding->outcomes[v],
				verdict_outcome((enum verdict)v));
		}
	if (used && used < room)
		used += (size_t)snprintf(
			out + used, room - used, " of %u", finding->tries);
	return used;
}

static void say_measured(const struct audit_report *report,
	const struct audit_finding *finding, char *out, size_t room)
{
	const struct baseline *baseline = &report->baseline;
	size_t used = say_outcomes(finding, out, room);

	if (!used || used >= room)
		return;
	used += (size_t)snprintf(out + used, room - used,
		baseline_has_length(baseline) ? ", %llu of %llu bytes"
					      : ", %llu bytes",
		(unsigned long long)finding->bytes,
		(unsigned long long)baseline->least_bytes);
	if (finding->early && used < room)
		snprintf(out + used, room - used,
			"; %u more prove nothing: the reply came before the "
			"FIN",
			finding->early);
}

static json_t *outcomes_to_json(const struct audit_finding *finding)
{
	json_t *outcomes = json_object();

	for (int v = 0; v < VERDICTS; v++)
		if (finding->outcomes[v])
			json_object_set_new(outcomes,
				verdict_outcome((enum verdict)v),
				json_integer(finding->outcomes[v]));
	return outcomes;
}

static json_t *seconds_or_null(double seconds)
{
	return seconds < 0 ? json_null() : json_real(seconds);
}

static json_t *finding_to_json(
	const struct audit_report *report, const struct audit_finding *finding)
{
	json_t *data = json_pack("{s:i}", "tries", (int)finding->tries);
	json_t *outcomes = outcomes_to_json(finding);

	/* After a client that is gone there is no reply to count. */
	if (!json_object_size(outcomes)) {
		json_decref(outcomes);
		return data;
	}
	json_object_update_new(data,
		json_pack("{s:i, s:i, s:o, s:I, s:I, s:o, s:o, s:i, s:i}",
			"agreed", (int)finding->outcomes[finding->verdict],
			"early", (int)finding->early, "outcomes", outcomes,
			"bytes", (json_int_t)finding->bytes, "expected",
			(json_int_t)report->baseline.least_bytes,
			"first_byte_after_fin_s",
			seconds_or_null(finding->thought_s),
			"went_on_after_fin_s",
			seconds_or_null(finding->went_on_s), "controls",
			(int)finding->controls, "failed_controls",
			(int)finding->failed_controls));
	return data;
}

static void fill_kind(const struct inspect_item *probe,
	const struct audit_finding *finding, struct result *row)
{
	if (!finding->played) {
		row->kind = RESULT_SKIPPED;
		row->verdict = "skipped";
	} else if (!probe->judged && finding->verdict != VERDICT_PEER_DIED) {
		row->kind = RESULT_REPORTED;
		row->verdict = "reported";
	} else {
		row->kind = verdict_is_honoured(finding->verdict) ? RESULT_GOOD
			: verdict_is_bad(finding->verdict)        ? RESULT_BAD
							   : RESULT_UNPROVED;
		row->verdict = verdict_name(finding->verdict);
	}
}

/* How long after the FIN the reply came, and went on. */
static void say_times(enum audit_id id, const struct audit_finding *finding,
	char *out, size_t room)
{
	bool went_on = finding->went_on_s > 2 * finding->thought_s;

	if (finding->thought_s < 0)
		return;
	switch (id) {
	case AUDIT_NOTIFY_ALONE:
		snprintf(out, room, "first byte %.3f s after the close_notify",
			finding->thought_s);
		break;
	case AUDIT_FIN_GLUED:
	case AUDIT_FIN_LATE:
		snprintf(out, room,
			went_on ? "first byte %.3f s after the FIN, the reply "
				  "went on for %.3f s"
				: "first byte %.3f s after the FIN",
			finding->thought_s, finding->went_on_s);
		break;
	case AUDIT_FIN_MIDREPLY:
		snprintf(out, room, "it went on for %.3f s after the FIN",
			finding->went_on_s);
		break;
	/* When a stalled reader has its first byte is its own doing. */
	default:
		break;
	}
}

static void say_why(enum audit_id id, const struct audit_finding *finding,
	struct result *row)
{
	if (!finding->played)
		snprintf(row->why, sizeof(row->why), "%s", finding->skipped);
	else if (*finding->why)
		snprintf(row->why, sizeof(row->why), "%s", finding->why);
	else
		say_times(id, finding, row->why, sizeof(row->why));
}

static void fill_row(
	const struct audit_report *report, enum audit_id id, struct result *row)
{
	const struct inspect_item *probe = &audit_probes()[id];
	const struct audit_finding *finding = &report->findings[id];
	char title[96];

	row->name = probe->name;
	row->seconds = finding->seconds;
	row->remedy = finding->remedy;
	fill_kind(probe, finding, row);
	say_why(id, finding, row);
	if (finding->played && probe->judged) {
		say_measured(
			report, finding, row->measured, sizeof(row->measured));
		row->data = finding_to_json(report, finding);
	}
	if (finding->played && id == AUDIT_TLS_END)
		row->data =
			json_pack("{s:b}", "close_notify", finding->notified);
	if (!finding->traced)
		return;
	snprintf(title, sizeof(title), "%s, one that was %s:", probe->name,
		row->verdict);
	row->picture = trace_to_text(&finding->trace, title);
	row->ladder = trace_to_json(&finding->trace);
}

static void fill_base(const struct audit_report *report, struct result *row)
{
	const struct baseline *baseline = &report->baseline;

	row->name = "base";
	row->kind = RESULT_REPORTED;
	row->verdict = "reply";
	row->seconds = report->base_seconds;
	if (baseline_has_length(baseline))
		snprintf(row->measured, sizeof(row->measured), "%llu bytes",
			(unsigned long long)baseline->least_bytes);
	else
		snprintf(row->measured, sizeof(row->measured),
			"%llu to %llu bytes",
			(unsigned long long)baseline->least_bytes,
			(unsigned long long)baseline->most_bytes);
	snprintf(row->why, sizeof(row->why), "%s", report->base_why);
	row->data = json_pack("{s:f}", "first_byte_s", baseline->first_byte_s);
	if (report->version != TLS_ANY)
		json_object_set_new(row->data, "tls",
			json_string(tls_version_name(report->version)));
	if (baseline->status)
		json_object_set_new(
			row->data, "status", json_integer(baseline->status));
}

static void on_finding(void *context, const struct audit_report *report,
	enum audit_id id, bool again)
{
	struct auditor *auditor = context;

	if (again)
		results_restart(&auditor->results,
			"More came than before the first silence; once more:");
	struct result *row = results_add(&auditor->results);

	if (row && id == AUDIT_PROBES)
		fill_base(report, row);
	else if (row)
		fill_row(report, id, row);
	results_show(&auditor->results);
}

/* False, said on standard error, where TLS cannot be had as asked for. */
static bool begin_tls(struct audit_command *command)
{
	char error[TLS_ERROR_SIZE];

	if (!command->tls.on)
		return true;
	command->audit.plan.tls = tls_context_client(&command->tls.wish, error);
	if (!command->audit.plan.tls)
		fprintf(stderr, "gracelab: audit: %s\n", error);
	return command->audit.plan.tls;
}

static int audit(struct auditor *auditor, int argc, char **argv)
{
	struct audit_command *command = &auditor->command;
	struct audit_options *options = &command->audit;
	struct results *results = &auditor->results;
	struct audit_report *report = &auditor->report;
	char error[NET_ERROR_SIZE];
	struct addrinfo *addresses = resolve(command->host, command->port,
		AF_UNSPEC, 0, &(struct slow){ 0 }, error);

	if (!addresses) {
		fprintf(stderr, "gracelab: audit: %s\n", error);
		return STATUS_USAGE;
	}
	if (!begin_tls(command)) {
		resolve_free(addresses);
		return STATUS_USAGE;
	}
	if (!inspect_begin(&command->common, argc, argv, results)) {
		tls_context_free(options->plan.tls);
		resolve_free(addresses);
		return STATUS_USAGE;
	}
	inspect_catch(NULL);
	options->addresses = addresses;
	options->stops = inspect_interrupted;
	options->on_try = on_try;
	options->on_finding = on_finding;
	options->context = auditor;
	snprintf(results->title, sizeof(results->title), "audit of %s%s%s%s",
		command->host, *command->port ? ":" : "", command->port,
		command->tls.on ? ", TLS" : "");
	audit_run(options, report);
	results->overall = overall_name(report->overall);
	results->status = overall_status(report->overall);
	snprintf(results->proof, sizeof(results->proof), "%s", report->proof);
	report_forget(report);
	tls_context_free(options->plan.tls);
	resolve_free(addresses);
	return inspect_end(&command->common, results);
}

int inspect_audit(int argc, char **argv)
{
	struct auditor *auditor = calloc(1, sizeof(*auditor));
	int status = STATUS_ORDER;

	if (!auditor) {
		fputs("gracelab: audit: no memory\n", stderr);
		return STATUS_FAILURE;
	}
	audit_command_parse(&auditor->command, argc, argv);
	if (auditor->command.common.list)
		inspect_list(&auditor->command.common);
	else
		status = audit(auditor, argc, argv);
	audit_command_free(&auditor->command);
	free(auditor);
	return status;
}
