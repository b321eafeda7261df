/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "summary.h"

#include <stdio.h>
#include <string.h>

#include "exhibit.h"
#include "findings.h"
#include "lib/base/status.h"
#include "lib/net/state.h"

/* The control fails, or there is no proxy to judge. */
#define STATUS_NO_VERDICT 3

/* Names the checks of a list, after "after". */
static bool say_after(
	struct result *row, const bool after[CHECKS], const char *what)
{
	const char *separator = " after ";

	for (int id = 0; id < CHECKS; id++) {
		if (!after[id])
			continue;
		if (*separator == ' ')
			findings_say(row, "%s%s", *row->why ? "; " : "", what);
		findings_say(row, "%s%s", separator, checks_items[id].name);
		separator = ", ";
	}
	return *separator == ',';
}

static json_t *after_json(const bool after[CHECKS])
{
	json_t *names = json_array();

	for (int id = 0; id < CHECKS; id++)
		if (after[id])
			json_array_append_new(
				names, json_string(checks_items[id].name));
	return names;
}

/* Whether it has ended, or served nobody, at any time. */
static bool has_stopped(const struct run *run)
{
	bool stopped = run->ended_beside;

	for (int id = 0; id < CHECKS; id++)
		stopped =
			stopped || run->ended_after[id] || run->deaf_after[id];
	return stopped;
}

/* Whether the next connection was served each time. */
static void show_next(struct run *run)
{
	char what[SUBJECT_END_SIZE + 32];
	struct result *row;

	if (!has_stopped(run) && !run->options->chosen[CHECK_NEXT])
		return;
	row = results_add(run->results);
	if (!row)
		return;
	row->name = checks_items[CHECK_NEXT].name;
	findings_set(row, RESULT_GOOD, "pass");
	snprintf(what, sizeof(what), "the proxy ended with %s", run->end);
	bool ended = say_after(row, run->ended_after, what);
	bool deaf = say_after(
		row, run->deaf_after, "the next connection is not served");

	if (deaf)
		findings_say(row, " (%s)", run->deaf_why);
	if (run->ended_beside && !ended && !deaf)
		findings_say(row,
			"%s while checks were played side by side; alone none "
			"of them ends it",
			what);
	if (*row->why)
		findings_set(row, RESULT_BAD, "FAIL");
	row->data = json_pack("{s:o, s:o}", "ended_after",
		after_json(run->ended_after), "not_served_after",
		after_json(run->deaf_after));
	results_show(run->results);
}

/* Those held after one check: `after gated 2 CLOSE_WAIT`; to `list` too. */
static bool say_held(const struct run *run, struct result *row,
	enum check_id id, json_t *list)
{
	unsigned states[STATES] = { 0 };
	const char *separator = "";
	bool any = false;

	for (size_t i = 0; i < run->socket_count; i++) {
		const struct run_socket *one = &run->sockets[i];

		if (!one->held || one->id != id)
			continue;
		any = true;
		states[one->state]++;
		json_array_append_new(list,
			json_pack("{s:s, s:s, s:s}", "after",
				checks_items[id].name, "towards",
				one->socket.hop == CLIENT ? "client" : "server",
				"state", state_name(one->state)));
	}
	if (any)
		findings_say(row, "%safter %s ", *row->why ? "; " : "",
			checks_items[id].name);
	for (int state = 0; state < STATES; state++) {
		if (!states[state])
			continue;
		findings_say(row, "%s%u %s", separator, states[state],
			state_name((enum tcp_state)state));
		separator = ", ";
	}
	return any;
}

static void show_held(struct run *run)
{
	bool strict = run->options->strict, any = false;
	struct result *row;

	if (!run->looked || run->stop == RUN_INTERRUPTED)
		return;
	row = results_add(run->results);
	if (!row)
		return;
	row->name = checks_items[CHECK_HELD].name;
	json_t *list = json_array();

	for (int id = 0; id < CHECKS; id++)
		any = say_held(run, row, (enum check_id)id, list) || any;
	if (!any)
		findings_say(row, "no socket");
	row->data = json_pack("{s:o}", "sockets", list);
	if (strict)
		findings_set(row, any ? RESULT_BAD : RESULT_GOOD,
			any ? "FAIL" : "pass");
	else
		findings_set(row, RESULT_REPORTED, "reported");
	results_show(run->results);
}

/* The check whose row it is. */
static enum check_id id_of(const struct result *row)
{
	int id = 0;

	while (id < CHECKS - 1 && strcmp(checks_items[id].name, row->name) != 0)
		id++;
	return (enum check_id)id;
}

/* What is violated, each once. */
static void say_violations(const struct run *run)
{
	struct results *results = run->results;
	size_t size = sizeof(results->proof);

	for (size_t i = 0; i < results->count; i++) {
		const struct result *row = &results->rows[i];
		enum check_id id = id_of(row);
		const char *violation = checks[id].violation;
		size_t used = strlen(results->proof);

		if (row->kind != RESULT_BAD)
			continue;
		if (findings_is_bare(run, id))
			violation = "what is whole ends by FIN alone, without "
				    "close_notify: a cut looks the same";
		if (findings_is_endless(run, id))
			violation = id == CHECK_RESET_FORWARD ||
					id == CHECK_RESET_BACK
				? "that a peer is lost is never told"
				: "replies are whole, but the connection "
				  "never ends";
		if (!strstr(results->proof, violation))
			snprintf(results->proof + used, size - used, "%s%s",
				used ? "; " : "", violation);
	}
	size_t used = strlen(results->proof);

	snprintf(results->proof + used, size - used,
		"; without the proxy all of it works");
}

/* What a pass is proved for depends on what was played. */
static void say_proof(const struct run *run)
{
	struct results *results = run->results;
	bool think = false, size = false;

	for (size_t i = 0; i < results->count; i++) {
		const struct result *row = &results->rows[i];
		enum check_id id = id_of(row);

		think = think ||
			(row->kind == RESULT_GOOD && id == CHECK_CLIENT_FIN);
		size = size || (row->kind == RESULT_GOOD && id == CHECK_LARGE);
	}
	if (!think && !size) {
		snprintf(results->proof, sizeof(results->proof),
			"proved for no think time and no size");
		return;
	}
	snprintf(results->proof, sizeof(results->proof), "proved for%s%s%s",
		think ? " a think time of 1 s" : "",
		think && size ? " and" : "",
		size ? " 16 MiB to a stalled reader" : "");
}

static void say_no_verdict(const struct run *run)
{
	struct results *results = run->results;
	const char *why = "nothing that is judged was played";

	if (run->stop == RUN_INTERRUPTED)
		why = "interrupted; what was finished stands above";
	else if (run->plain != PLAIN_SERVED)
		why = "a plain connection is not served";
	for (int id = 0; id < CHECKS; id++)
		if (checks_items[id].judged &&
			findings_fail_anyway(run, (enum check_id)id))
			why = "what fails, fails without a FIN too: it is not "
			      "the FIN's doing";
	for (int id = 0; id < CHECKS; id++)
		if (findings_lack_control(run, (enum check_id)id))
			why = "without the proxy it fails too";
	snprintf(results->proof, sizeof(results->proof), "%s", why);
}

void summary_conclude(struct run *run)
{
	struct results *results = run->results;
	bool bad = false, good = false, uncontrolled = false;

	results->data = exhibit_calls(run);
	if (run->plain == PLAIN_SERVED) {
		show_next(run);
		show_held(run);
	}
	for (size_t i = 0; i < results->count; i++) {
		const struct result *row = &results->rows[i];

		bad = bad || row->kind == RESULT_BAD;
		uncontrolled =
			uncontrolled || findings_lack_control(run, id_of(row));
		good = good ||
			(row->kind == RESULT_GOOD && id_of(row) != CHECK_PLAIN);
	}
	if (bad) {
		results->status = STATUS_FAILURE;
		results->overall = "FAIL";
		say_violations(run);
	} else if (uncontrolled || !good || run->stop == RUN_INTERRUPTED) {
		results->status = STATUS_NO_VERDICT;
		results->overall = "NO-VERDICT";
		say_no_verdict(run);
	} else {
		results->status = STATUS_ORDER;
		results->overall = "PASS";
		say_proof(run);
	}
}
