/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exhibit.h"
#include "gracelab/judge/remedy.h"
#include "lib/text/utf8.h"

/* What a check's trials amount to. */
struct sum {
	const struct trial *failed;     /* the first that fails by the FIN */
	const struct trial *anyway;     /* ... and without one too */
	const struct trial *no_control; /* ... and without the proxy */
	unsigned parts, failures, unplayed;
	struct tally tally;
	double begun_s, over_s;
};

static struct sum sum_up(const struct run *run, enum check_id id)
{
	struct sum sum = { .begun_s = -1 };

	for (size_t i = 0; i < run->count; i++) {
		const struct trial *trial = &run->trials[i];

		if (trial->id != id)
			continue;
		sum.parts++;
		for (int k = 0; k < OUTCOMES; k++)
			sum.tally.times[k] += trial->tally.times[k];
		if (!trial->over || trial->open) {
			sum.unplayed++;
			continue;
		}
		if (sum.begun_s < 0 || trial->begun_s < sum.begun_s)
			sum.begun_s = trial->begun_s;
		if (trial->over_s > sum.over_s)
			sum.over_s = trial->over_s;
		if (trial->without_proxy.over && !sum.no_control &&
			trial->without_proxy.outcome != OUTCOME_WHOLE)
			sum.no_control = trial;
		if (!trial_has_failed(trial))
			continue;
		if (trial_fails_anyway(trial)) {
			sum.anyway = sum.anyway ? sum.anyway : trial;
			continue;
		}
		sum.failures++;
		sum.failed = sum.failed ? sum.failed : trial;
	}
	return sum;
}

bool findings_is_judged(const struct run *run, enum check_id id)
{
	/* TLS has the means to tell a lost server's reply from a whole one. */
	bool tells = id == CHECK_RESET_BACK &&
		run->place->options->secure.on[CLIENT];

	return checks_items[id].judged || run->options->strict || tells;
}

void findings_say(struct result *row, const char *format, ...)
{
	size_t used = strlen(row->why);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(row->why + used, sizeof(row->why) - used, format, arguments);
	utf8_trim(row->why);
	va_end(arguments);
}

/* Until when an idle half was kept, or what else a part came to. */
static void say_part(struct result *row, const struct trial *trial)
{
	if (*trial->part->what)
		findings_say(row, "%s: ", trial->part->what);
	if (trial->id == CHECK_IDLE && trial->kept_s >= 0)
		findings_say(row, "kept for %.1f s: ", trial->kept_s);
	findings_say(row, "%s", trial->why);
}

static void say_anyway(struct result *row, const struct trial *trial)
{
	say_part(row, trial);
	findings_say(row, "; without a FIN too: %s", trial->without_fin.why);
}

/* Which other parts fail. */
static void say_others(
	const struct run *run, struct result *row, const struct trial *first)
{
	const char *separator = "; so do: ";

	for (size_t i = 0; i < run->count; i++) {
		const struct trial *trial = &run->trials[i];

		if (trial->id != first->id || trial == first ||
			!trial_has_failed(trial) || trial_fails_anyway(trial))
			continue;
		findings_say(row, "%s%s", separator, trial->part->what);
		separator = ", ";
	}
}

/* How long the same lived without a FIN: what shows that it is the FIN's
 * doing. */
static void say_kept_without(struct result *row, const struct trial *trial)
{
	const struct trial_control *control = &trial->without_fin;

	if (trial->id != CHECK_IDLE || trial->kept_s < 0 || !control->over)
		return;
	if (control->outcome == OUTCOME_WHOLE)
		findings_say(row,
			"; without a FIN it is kept for %.3g s at least",
			control->idle_s);
	else if (control->end_s >= 0)
		findings_say(row, "; without a FIN it is kept for %.1f s",
			control->end_s);
}

static void count_tries(struct result *row, const struct sum *sum)
{
	if (tally_total(&sum->tally) > sum->parts || sum->parts > 1)
		tally_write(&sum->tally, row->measured, sizeof(row->measured));
}

void findings_set(
	struct result *row, enum result_kind kind, const char *verdict)
{
	row->kind = kind;
	row->verdict = verdict;
}

/* Whether who is to see the RST speaks TLS. */
static bool tells_cut(const struct run *run, enum check_id id)
{
	return run->place->options->secure
		.on[id == CHECK_RESET_BACK ? CLIENT : SERVER];
}

/* A reset that became a FIN, or that nobody heard of. */
static void judge_reset(const struct run *run, struct result *row,
	enum check_id id, const struct sum *sum)
{
	const char *who = id == CHECK_RESET_FORWARD ? "server" : "client";
	bool judged = findings_is_judged(run, id);

	if (!sum->failed) {
		findings_set(row, judged ? RESULT_GOOD : RESULT_REPORTED,
			judged ? "pass" : "reported");
		findings_say(row,
			tells_cut(run, id) ? "the %s can tell: RST, or FIN "
					     "without close_notify"
					   : "the %s sees RST",
			who);
		return;
	}
	findings_set(row, judged ? RESULT_BAD : RESULT_REPORTED,
		judged ? "FAIL" : "reported");
	findings_say(row, "%s", sum->failed->why);
	if (sum->failed->outcome == OUTCOME_SOFTENED)
		findings_say(row, ": %s", checks[id].violation);
	if (judged)
		exhibit_draw(run, row, sum->failed);
}

static void judge_failure(
	struct run *run, struct result *row, const struct sum *sum)
{
	findings_set(row, RESULT_BAD, "FAIL");
	count_tries(row, sum);
	say_part(row, sum->failed);
	say_others(run, row, sum->failed);
	say_kept_without(row, sum->failed);
	exhibit_draw(run, row, sum->failed);
	/* A race with a FIN that comes at once has no remedy of its own. */
	if (sum->failed->id != CHECK_BARE_FIN)
		row->remedy = remedy_of_proxy(run->program);
}

/* Why a client that is silent at first cannot be told from others. */
static const char *say_moment(enum plain_moment moment)
{
	switch (moment) {
	case PLAIN_LATER:
		return "which connection to the server is the client's shows "
		       "only when the client has said something";
	case PLAIN_SPEAKS:
		return "the proxy says something to the server before the "
		       "client does";
	case PLAIN_AT_ONCE:
	case PLAIN_NOT_TOLD:
		break;
	}
	return "when the proxy connects to the server is not known";
}

/* Which parts pass since nothing came of them. */
static void say_missed(
	const struct run *run, struct result *row, enum check_id id)
{
	for (size_t i = 0; i < run->count; i++) {
		const struct trial *trial = &run->trials[i];

		if (trial->id == id && trial_has_missed(trial))
			findings_say(row,
				"not proved %s: in %u tries the FIN came at "
				"another moment",
				trial->part->what, trial->missed);
	}
}

static void judge(struct run *run, struct result *row, enum check_id id)
{
	const struct sum sum = sum_up(run, id);

	exhibit_data(run, row, id, &sum.tally);
	if (row->data && id == CHECK_IDLE && sum.failed &&
		sum.failed->kept_s >= 0)
		json_object_set_new(
			row->data, "kept_s", json_real(sum.failed->kept_s));
	if (sum.begun_s >= 0)
		row->seconds = sum.over_s - sum.begun_s;
	if (!sum.parts) {
		findings_set(row, RESULT_SKIPPED, "cannot be asked");
		findings_say(row, "%s",
			place_has_unix(run->place) && !checks_items[id].judged
				? "a UNIX socket has no RST, and no TLS tells "
				  "of a cut in its place"
				: say_moment(run->moment));
	} else if (sum.no_control) {
		findings_set(row, RESULT_UNPROVED, "NO-CONTROL");
		findings_say(row, "without the proxy: %s",
			sum.no_control->without_proxy.why);
	} else if (!checks_items[id].judged && !sum.unplayed) {
		judge_reset(run, row, id, &sum);
	} else if (sum.failed) {
		judge_failure(run, row, &sum);
	} else if (sum.unplayed) {
		findings_set(row, RESULT_SKIPPED, "not asked");
		findings_say(row,
			run->stop == RUN_INTERRUPTED
				? "interrupted"
				: "it serves nobody any more");
	} else if (sum.anyway) {
		findings_set(row, RESULT_UNPROVED, "UNPROVED");
		count_tries(row, &sum);
		say_anyway(row, sum.anyway);
		exhibit_draw(run, row, sum.anyway);
	} else {
		findings_set(row, RESULT_GOOD, "pass");
		say_missed(run, row, id);
		if (id == CHECK_IDLE)
			findings_say(row,
				"kept for %.3g s at least, either half",
				(double)run->options->idle_ms / 1000);
	}
}

static void judge_plain(const struct run *run, struct result *row)
{
	findings_say(row, "%s", run->plain_why);
	switch (run->plain) {
	case PLAIN_SERVED:
		findings_set(row, RESULT_GOOD, "pass");
		break;
	case PLAIN_NOT_SERVED:
		findings_set(row, RESULT_UNPROVED, "NO-PLAIN");
		exhibit_draw_plain(run, row);
		break;
	case PLAIN_NO_PROXY:
		findings_set(row, RESULT_UNPROVED, "NO-PROXY");
		break;
	case PLAIN_STOPPED:
		findings_set(row, RESULT_SKIPPED, "not asked");
		if (*run->end)
			findings_say(row, "the proxy ended with %s", run->end);
		break;
	}
}

void findings_show(struct run *run, enum check_id id)
{
	struct result *row;

	if (run->shown[id])
		return;
	row = results_add(run->results);
	if (!row)
		return;
	run->shown[id] = true;
	row->name = checks_items[id].name;
	if (id == CHECK_PLAIN)
		judge_plain(run, row);
	else
		judge(run, row, id);
	results_show(run->results);
}

bool findings_is_endless(const struct run *run, enum check_id id)
{
	const struct sum sum = sum_up(run, id);
	unsigned endless = sum.tally.times[OUTCOME_ENDLESS];

	return endless && endless == tally_failures(&sum.tally);
}

bool findings_is_bare(const struct run *run, enum check_id id)
{
	const struct sum sum = sum_up(run, id);
	unsigned bare = sum.tally.times[OUTCOME_BARE];

	return bare && bare == tally_failures(&sum.tally);
}

bool findings_fail_anyway(const struct run *run, enum check_id id)
{
	const struct sum sum = sum_up(run, id);

	return sum.anyway && !sum.failed;
}

bool findings_lack_control(const struct run *run, enum check_id id)
{
	return sum_up(run, id).no_control;
}
