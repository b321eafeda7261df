/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The last sentence of an audit, and results for other programs. */
#include "gracelab/judge/audit/overall.h"

#include <stdlib.h>
#include <unistd.h>

#include "gracelab/judge/export.h"
#include "tap.h"

/* A finding of so many tries with this verdict. */
static void find(struct audit_report *report, enum audit_id id,
	enum verdict verdict, double thought_s)
{
	struct audit_finding *finding = &report->findings[id];

	*finding = (struct audit_finding){
		.played = true,
		.verdict = verdict,
		.tries = 3,
		.thought_s = thought_s,
		.went_on_s = thought_s,
	};
	finding->outcomes[verdict] = 3;
}

static void expect(struct audit_report *report, bool interrupted,
	enum audit_overall overall, const char *proof)
{
	struct audit_options options = { 0 };

	options.chosen[AUDIT_FIN_GLUED] = true;
	conclude(&options, report, interrupted);
	EXPECT_TEXT(overall_name(overall), overall_name(report->overall));
	if (!EXPECT(strstr(report->proof, proof)))
		EXPECT_TEXT(proof, report->proof);
}

static void a_pass_says_what_it_proves(void)
{
	struct audit_report report = { 0 };

	find(&report, AUDIT_FIN_GLUED, VERDICT_HONOURED, 0.4);
	find(&report, AUDIT_FIN_LATE, VERDICT_HONOURED_RST, 0.2);
	expect(&report, false, AUDIT_HONOURS, "a think time of 0.40 s");
	report.findings[AUDIT_FIN_GLUED].thought_s = 0.01;
	report.findings[AUDIT_FIN_LATE].thought_s = 0;
	expect(&report, false, AUDIT_HONOURS,
		"a reply that went on for 0.40 s after the FIN");
	find(&report, AUDIT_FIN_GLUED, VERDICT_HONOURED, 0.09);
	find(&report, AUDIT_FIN_LATE, VERDICT_HONOURED, 0.05);
	expect(&report, false, AUDIT_UNPROVED, "0.090 s after the FIN");
	find(&report, AUDIT_FIN_STALLED, VERDICT_HONOURED, 0);
	report.findings[AUDIT_FIN_STALLED].bytes = 8 * 1024 * 1024;
	expect(&report, false, AUDIT_HONOURS, "8.0 MiB to a stalled reader");
	report.findings[AUDIT_FIN_STALLED].bytes--;
	expect(&report, false, AUDIT_UNPROVED, "too soon to tell");
}

static void what_proves_nothing_is_no_pass(void)
{
	struct audit_report report = { 0 };

	find(&report, AUDIT_FIN_GLUED, VERDICT_HONOURED, 0.4);
	find(&report, AUDIT_FIN_LATE, VERDICT_UNPROVED, -1);
	expect(&report, false, AUDIT_UNPROVED, "fin-late proves nothing");
	find(&report, AUDIT_FIN_LATE, VERDICT_HONOURED, 0.2);
	find(&report, AUDIT_FIN_STALLED, VERDICT_UNPROVED, -1);
	find(&report, AUDIT_FIN_MIDREPLY, VERDICT_UNPROVED, -1);
	expect(&report, false, AUDIT_HONOURS, "a think time of 0.40 s");
	expect(&report, true, AUDIT_INTERRUPTED, "no verdict");
}

static void the_sentence_says_what_was_violated(void)
{
	static const struct {
		enum audit_id id;
		enum verdict verdict;
		const char *says;
	} cases[] = {
		{ AUDIT_FIN_GLUED, VERDICT_LOST, "does not keep its reply" },
		{ AUDIT_FIN_STALLED, VERDICT_TRUNCATED,
			"does not keep its reply" },
		{ AUDIT_FIN_LATE, VERDICT_NO_FIN,
			"replies are whole, but the connection never ends" },
		{ AUDIT_FIN_GLUED, VERDICT_PEER_DIED, "it dies of a FIN" },
		{ AUDIT_BARE_FIN, VERDICT_PEER_DIED, "it dies of a FIN" },
		{ AUDIT_CLOSE, VERDICT_PEER_DIED,
			"it dies of a client that is gone" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct audit_report report = { 0 };

		tap_case("%s", cases[i].says);
		find(&report, AUDIT_FIN_GLUED, VERDICT_HONOURED, 0.4);
		find(&report, cases[i].id, cases[i].verdict, -1);
		expect(&report, i % 2, AUDIT_VIOLATES, cases[i].says);
	}
	tap_case("%s", "");
}

static void what_is_only_reported_has_no_verdict(void)
{
	struct audit_options options = { 0 };
	struct audit_report report = { 0 };

	options.chosen[AUDIT_BARE_FIN] = options.chosen[AUDIT_OVERSEND] = true;
	find(&report, AUDIT_BARE_FIN, VERDICT_HONOURED, -1);
	EXPECT(!overall_is_asked(&options));
	conclude(&options, &report, false);
	EXPECT_TEXT("NO-VERDICT", overall_name(report.overall));
	EXPECT_INT(3, overall_status(report.overall));
}

/* Bytes that drive terminals, are no UTF-8, and mark up XML. */
#define HOSTILE "\x1b[2J\x07<&\"'>]]>\xff\xc3\xed\xa0\x80\xef\xbf\xbf"

static void fill_hostile(struct results *results)
{
	struct result *row = results_add(results);

	snprintf(results->title, sizeof(results->title), "of %s", HOSTILE);
	results->suite = strdup("gracelab " HOSTILE);
	results->overall = "VIOLATES";
	snprintf(results->proof, sizeof(results->proof), "%s", HOSTILE);
	if (!row)
		return;
	row->name = "fin-glued";
	row->kind = RESULT_BAD;
	row->verdict = "LOST";
	snprintf(row->why, sizeof(row->why), "%s", HOSTILE);
	row->picture = strdup(HOSTILE);
}

static void exports_are_well_formed_whatever_the_bytes(void)
{
	struct results results = { 0 };
	char *text = NULL;
	size_t bytes;
	json_error_t error;
	FILE *out = open_memstream(&text, &bytes);

	if (!EXPECT(out))
		return;
	fill_hostile(&results);
	export_json(out, &results);
	fclose(out);
	json_t *json = json_loads(text, 0, &error);

	EXPECT(json);
	EXPECT_TEXT("VIOLATES",
		json_string_value(json_object_get(json, "overall")));
	json_decref(json);
	free(text);
	out = open_memstream(&text, &bytes);
	export_junit(out, &results);
	fclose(out);
	EXPECT(!strpbrk(text, "\x1b\x07\xff"));
	EXPECT(!strstr(text, "\xef\xbf\xbf"));
	EXPECT(strstr(text, "failures=\"1\""));
	EXPECT(strstr(text, "message=\"\\x1b[2J\\x07&lt;&amp;&quot;"));
	free(text);
	results_free(&results);
}

static void rows_wrap_under_their_column(void)
{
	char path[] = "/tmp/grace-results-XXXXXX", text[1024];
	struct results results;
	int fd = mkstemp(path);

	if (!EXPECT(fd >= 0))
		return;
	EXPECT_INT(0, results_open(&results, path, RESULTS_TEXT));
	snprintf(results.title, sizeof(results.title), "of a server");
	results.overall = "VIOLATES";
	struct result *row = results_add(&results);

	if (EXPECT(row)) {
		row->name = "fin-glued";
		row->kind = RESULT_BAD;
		row->verdict = "LOST";
		snprintf(row->measured, sizeof(row->measured),
			"5 lost, 1 cut, 2 whole of 8, 0 of 65536 bytes");
		snprintf(row->why, sizeof(row->why), "closes on FIN");
	}
	results_show(&results);
	ssize_t shown = read(fd, text, sizeof(text) - 1);

	text[shown > 0 ? shown : 0] = '\0';
	EXPECT_TEXT(
		"of a server\n\n"
		"! fin-glued     LOST          5 lost, 1 cut, 2 whole of 8, "
		"0 of 65536 bytes;\n"
		"                              closes on FIN\n",
		text);
	EXPECT_INT(0, results_close(&results));
	results_free(&results);
	close(fd);
	unlink(path);
}

const struct tap_test tests_lab_overall[] = {
	{ "overall: a pass says what it proves", a_pass_says_what_it_proves },
	{ "overall: what proves nothing is no pass",
		what_proves_nothing_is_no_pass },
	{ "overall: the last sentence says what was violated",
		the_sentence_says_what_was_violated },
	{ "overall: what is only reported has no verdict",
		what_is_only_reported_has_no_verdict },
	{ "results: JSON and XML are well-formed, whatever the bytes",
		exports_are_well_formed_whatever_the_bytes },
	{ "results: a row is shown at once, and wraps under its column",
		rows_wrap_under_their_column },
	{ 0 },
};
