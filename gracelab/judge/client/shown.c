/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shown.h"

#include <stdio.h>
#include <stdlib.h>

#include "behaviour.h"
#include "gracelab/judge/ends/rows.h"
#include "gracelab/judge/remedy.h"
#include "tells.h"

/* What the tries of a probe amount to. */
struct sum {
	unsigned times[SEEN_WORDS], tries;
	const struct visit *decides; /* the first of the worst */
	struct seen seen;            /* ... and what it shows */
};

/* How bad it is: a tie goes to what came more often. */
static int badness(enum result_kind kind)
{
	switch (kind) {
	case RESULT_BAD:
		return 3;
	case RESULT_UNPROVED:
		return 2;
	case RESULT_REPORTED:
		return 1;
	case RESULT_GOOD:
	case RESULT_SKIPPED:
		break;
	}
	return 0;
}

/* The visits that a probe is told from. */
static enum client_probe visits_of(enum client_probe id)
{
	return id == CLIENT_SIGPIPE    ? CLIENT_SENDS_ON
		: id == CLIENT_TLS_END ? CLIENT_ENDS
				       : id;
}

static struct sum sum_up(const struct inquiry *inquiry, enum client_probe id)
{
	struct sum sum = { .seen = { .word = SEEN_UNKNOWN } };
	const struct visit *visit = NULL;

	while ((visit = inquiry_next(inquiry, visits_of(id), visit))) {
		if (visit->state != VISIT_OVER)
			continue;
		const struct seen seen = behaviour_of(inquiry, id, visit);

		sum.tries++;
		sum.times[seen.word]++;
	}
	while ((visit = inquiry_next(inquiry, visits_of(id), visit))) {
		if (visit->state != VISIT_OVER)
			continue;
		const struct seen seen = behaviour_of(inquiry, id, visit);
		int worse = badness(seen.kind) - badness(sum.seen.kind);

		if (sum.decides &&
			(worse < 0 ||
				(worse == 0 &&
					sum.times[seen.word] <=
						sum.times[sum.seen.word])))
			continue;
		sum.decides = visit;
		sum.seen = seen;
	}
	return sum;
}

static void count_tries(const struct sum *sum, struct result *row)
{
	size_t used = 0, room = sizeof(row->measured);

	if (sum->tries < 2 || sum->times[sum->seen.word] == sum->tries)
		return;
	for (int word = 0; word < SEEN_WORDS; word++)
		if (sum->times[word] && used < room)
			used += (size_t)snprintf(row->measured + used,
				room - used, "%s%u %s", used ? ", " : "",
				sum->times[word],
				seen_name((enum seen_word)word));
	if (used < room)
		snprintf(row->measured + used, room - used, " of %u",
			sum->tries);
}

static void add_data(const struct sum *sum, struct result *row)
{
	const struct visit *visit = sum->decides;
	json_t *outcomes = json_object();

	for (int word = 0; word < SEEN_WORDS; word++)
		if (sum->times[word])
			json_object_set_new(outcomes,
				seen_name((enum seen_word)word),
				json_integer(sum->times[word]));
	row->data =
		json_pack("{s:i, s:i, s:o}", "tries", (int)sum->tries, "agreed",
			(int)sum->times[sum->seen.word], "outcomes", outcomes);
	if (!row->data || !visit->connections)
		return;
	json_object_update_new(row->data,
		json_pack("{s:I, s:I, s:i, s:b}", "request_bytes",
			(json_int_t)visit->heard.bytes, "reply_bytes",
			(json_int_t)visit->answer.bytes, "connections",
			(int)visit->connections, "reply_in_output",
			seen_in_output(visit)));
	if (visit->setting->tls)
		json_object_set_new(row->data, "version",
			json_string(tls_version_name(visit->version)));
	if (visit->fin || visit->reset)
		json_object_set_new(row->data, "end_s",
			json_real(visit->fin_s - visit->accepted_s));
	if (visit->exited) {
		char exit[SEEN_EXIT_SIZE];

		json_object_set_new(
			row->data, "exit", json_string(seen_exit(exit, visit)));
	}
}

static void write_picture(const struct rows_source *source, struct result *row)
{
	char title[96];
	size_t bytes;
	FILE *out = open_memstream(&row->picture, &bytes);

	if (!out)
		return;
	snprintf(title, sizeof(title), "%s, one that was %s:", row->name,
		row->verdict);
	rows_write(out, title, source);
	fclose(out);
}

/* The ladder, and where it is a finding what is drawn of it. */
static void draw(const struct inquiry *inquiry, const struct visit *visit,
	struct result *row)
{
	const struct rows_source source = {
		.calls = { &visit->calls[CLIENT], &visit->calls[SERVER] },
		.hops = { NULL,
			inquiry->hall.capture && !inquiry->way.is_unix
				? &visit->hop
				: NULL },
		.client = "the client",
		.direct = true,
		.begun_ns = visit->begun_ns,
		.given_up_ns = visit->given_up ? visit->over_ns : 0,
		.patience_ms = visit->setting->patience_ms,
		.remark = inquiry->hall.lost_segments
			? "Segments are missing: the capture had no room for "
			  "all of them."
			: NULL,
	};

	if (row->kind == RESULT_BAD)
		write_picture(&source, row);
	row->ladder = rows_json(&source);
}

/* Why there is nothing to tell it from. */
static void fill_unplayed(
	const struct inquiry *inquiry, enum client_probe id, struct result *row)
{
	char why[TELLS_WHY_SIZE] = "not asked";

	row->kind = RESULT_SKIPPED;
	row->verdict = "skipped";
	if (inquiry->interrupted) {
		snprintf(why, sizeof(why), "interrupted");
	} else if (id == CLIENT_LATE_REPLY) {
		snprintf(why, sizeof(why),
			"it sends %s before the reply, or takes no reply "
			"behind it",
			seen_terms(inquiry->setting).none);
	} else if (client_probe_resets(id) && inquiry->setting->is_unix &&
		inquiry->setting->tls) {
		row->kind = RESULT_UNPROVED;
		row->verdict = seen_name(SEEN_UNKNOWN);
		snprintf(why, sizeof(why),
			"a UNIX socket is reset by what is unread, and with "
			"TLS all is read");
	} else if (id >= CLIENT_CUT) {
		row->kind = RESULT_UNPROVED;
		row->verdict = seen_name(SEEN_UNKNOWN);
		tells_why_no_control(inquiry, CLIENT_PLAIN, why);
	}
	snprintf(row->why, sizeof(row->why), "%s", why);
}

static void fill(struct inquiry *inquiry, enum client_probe id,
	const struct sum *sum, struct result *row)
{
	const struct visit *visit = sum->decides;

	row->name = client_probes[id].name;
	if (!visit) {
		fill_unplayed(inquiry, id, row);
		return;
	}
	row->kind = sum->seen.kind;
	row->verdict = seen_name(sum->seen.word);
	row->seconds = visit->over_s - visit->begun_s;
	snprintf(row->why, sizeof(row->why), "%s", sum->seen.why);
	count_tries(sum, row);
	add_data(sum, row);
	if (id == CLIENT_LATE_REPLY && row->kind == RESULT_BAD)
		row->remedy = remedy_of_client(inquiry->setting->command[0]);
	/* How it ends is worth a ladder, whatever it is. */
	if (row->kind == RESULT_BAD ||
		(id == CLIENT_ENDS && visit->connections))
		draw(inquiry, visit, row);
}

static bool is_end(enum seen_word word)
{
	return word == SEEN_HALF_CLOSE || word == SEEN_CLOSE ||
		word == SEEN_RESET || word == SEEN_NEVER;
}

void shown_add(struct inquiry *inquiry, enum client_probe id)
{
	const struct sum sum = sum_up(inquiry, id);
	struct result *row;

	if (id == CLIENT_ENDS && sum.decides && is_end(sum.seen.word))
		inquiry->ends = seen_name(sum.seen.word);
	if (id != CLIENT_PLAIN && !inquiry->chosen[id])
		return;
	row = results_add(inquiry->results);
	if (!row)
		return;
	fill(inquiry, id, &sum, row);
	if (id == CLIENT_ENDS && row->data)
		json_object_set_new(row->data, "ends",
			inquiry->ends ? json_string(inquiry->ends)
				      : json_null());
	inquiry->kinds[id] = row->kind;
	inquiry->words[id] = row->verdict;
	results_show(inquiry->results);
}
