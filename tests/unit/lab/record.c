/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A record: as text, as JSON and back, and compared with a golden. */
#include "gracelab/record/record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "example.h"
#include "gracelab/record/golden.h"
#include "gracelab/record/ladder.h"
#include "gracelab/record/mermaid.h"
#include "gracelab/record/svg.h"
#include "lib/base/io.h"
#include "tests/unit/tap.h"

static void expect_same_rung(const struct rung *a, const struct rung *b)
{
	const char *const pairs[][2] = {
		{ a->call, b->call },
		{ a->text, b->text },
		{ a->result, b->result },
		{ a->segment, b->segment },
		{ a->states[CLIENT], b->states[CLIENT] },
		{ a->states[SERVER], b->states[SERVER] },
	};

	EXPECT(a->seconds == b->seconds);
	EXPECT(!a->call || a->caller == b->caller);
	EXPECT(!a->segment || a->sender == b->sender);
	EXPECT_INT(a->wire, b->wire);
	EXPECT_INT(a->segment_id, b->segment_id);
	EXPECT(a->copy == b->copy);
	EXPECT_INT(a->connection, b->connection);
	EXPECT(a->failed == b->failed);
	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		tap_case("text %zu", i);
		if (EXPECT(!pairs[i][0] == !pairs[i][1]) && pairs[i][0])
			EXPECT_TEXT(pairs[i][0], pairs[i][1]);
	}
}

/* A row for each thing that can become of a segment. */
static void add_wire_rungs(struct record *record)
{
	for (int wire = WIRE_AT_ONCE; wire <= WIRE_FORGED; wire++) {
		bool waited = wire == WIRE_SENT || wire == WIRE_ARRIVED;
		struct rung *rung;

		example_add_rung(record, CLIENT, NULL, NULL, NULL);
		example_add_change(record, wire & 1, "FIN", NULL, NULL);
		rung = &record->rungs[record->rung_count - 1];
		rung->wire = (enum wire_fate)wire;
		rung->segment_id = waited ? 7 : 0;
		rung->copy = wire == WIRE_ARRIVED;
	}
	record->rungs[0].connection = 2;
	record->rungs[1].failed = true;
}

static void what_became_of_a_segment_is_in_json(void)
{
	static const char *const rows[] = {
		"{\"t\":0.25,\"from\":\"client\",\"segment\":\"FIN\"}",
		"{\"t\":0.25,\"from\":\"server\",\"segment\":\"FIN\","
		"\"event\":\"sent\",\"segment_id\":7}",
		"{\"t\":0.25,\"from\":\"client\",\"segment\":\"FIN\","
		"\"event\":\"arrived\",\"segment_id\":7,\"copy\":true}",
		"{\"t\":0.25,\"from\":\"server\",\"segment\":\"FIN\","
		"\"event\":\"lost\"}",
		"{\"t\":0.25,\"from\":\"client\",\"segment\":\"FIN\","
		"\"event\":\"forged\"}",
	};
	struct record record = example_record();
	size_t first = record.rung_count;

	add_wire_rungs(&record);
	json_t *json = record_to_json(&record);
	const json_t *ladder = json_object_get(json, "ladder");

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char *text = json_dumps(json_array_get(ladder, first + i),
			JSON_COMPACT | JSON_PRESERVE_ORDER);

		tap_case("row %zu", i);
		EXPECT_TEXT(rows[i], text ? text : "");
		free(text);
	}
	json_decref(json);
	record_free(&record);
}

static void a_record_survives_json(void)
{
	struct record record = example_record(), again = { 0 };

	add_wire_rungs(&record);
	record.failed = true;

	record.wire = false;
	record.wire_why = strdup("why");
	record.failure = strdup("a: \"b\"");
	record.unplayable = true;
	json_t *json = record_to_json(&record);
	char *text = json_dumps(json, 0);

	json_decref(json);
	json = json_loads(text ? text : "", 0, NULL);
	if (!EXPECT(json) || !EXPECT(record_from_json(&again, json)))
		return;
	EXPECT_TEXT("name", again.name);
	EXPECT_TEXT("A title", again.title);
	EXPECT_TEXT("What?", again.asks);
	EXPECT_TEXT("Linux 6.18", again.system);
	EXPECT(again.private_network && !again.wire && again.states);
	EXPECT(again.wire_why && !strcmp(again.wire_why, "why"));
	EXPECT(!again.network_why);
	EXPECT_TEXT(record.failure, again.failure);
	EXPECT(again.failed && again.unplayable);
	EXPECT_TEXT(record.terminals[CLIENT], again.terminals[CLIENT]);
	EXPECT(!again.terminals[SERVER]);
	if (EXPECT_INT(record.rung_count, again.rung_count))
		for (size_t i = 0; i < again.rung_count; i++)
			expect_same_rung(&record.rungs[i], &again.rungs[i]);
	json_decref(json);
	free(text);
	record_free(&again);
	record_free(&record);
}

/* A text of any bytes must not take its member, or another, away. */
static void a_failure_of_any_bytes_survives_json(void)
{
	struct record record = example_record(), again = { 0 };

	record_fail(&record, 0, 0.5);
	record.failure = strdup("cut \xc3");
	free(record.rungs[0].call);
	record.rungs[0].call = strdup("\xff");
	free(record.terminals[CLIENT]);
	record.terminals[CLIENT] = strdup("\xed\xa0\x80\n");
	json_t *json = record_to_json(&record);

	if (EXPECT(json) && EXPECT(record_from_json(&again, json))) {
		EXPECT(again.failed);
		EXPECT_TEXT("cut \\xc3", record_why_failed(&again));
		EXPECT_TEXT("\\xff", again.rungs[0].call);
		EXPECT_TEXT("\\xed\\xa0\\x80\n", again.terminals[CLIENT]);
	}
	record_free(&again);
	again = (struct record){ 0 };
	/* Without its text a failure is one nevertheless. */
	json_object_del(json, "failure");
	EXPECT(record_from_json(&again, json) && again.failed);
	EXPECT(*record_why_failed(&again));
	record_free(&again);
	json_decref(json);
	record_free(&record);
}

static void the_row_at_which_a_play_failed_is_marked(void)
{
	struct record record = example_record();
	size_t count = record.rung_count;

	EXPECT(record_fail(&record, count - 1, 0.5));
	EXPECT(record.failed);
	EXPECT_INT(count, record.rung_count);
	EXPECT(record.rungs[count - 1].failed);
	EXPECT(!record.rungs[count - 2].failed);
	record.rungs[count - 1].failed = false;

	tap_case("no row came");
	EXPECT(record_fail(&record, count, 0.5));
	if (!EXPECT_INT(count + 1, record.rung_count))
		return;
	EXPECT(record.rungs[count].failed && !record.rungs[count].call);
	EXPECT(!record.rungs[count - 1].failed);
	record_free(&record);
}

static void what_is_no_record_is_refused(void)
{
	static const char *const texts[] = { "{}", "[]", "7", "null",
		"{\"ladder\": []}", "{\"experiment\": \"x\", \"ladder\": []}",
		"{\"experiment\": \"x\", \"system\": \"y\"}",
		"{\"experiment\": \"x\", \"system\": \"y\", \"ladder\": []}",
		"{\"experiment\": \"x\", \"system\": \"y\", \"ladder\": [], "
		"\"failed\": 0}",
		"{\"experiment\": 7, \"system\": \"y\", \"ladder\": []}",
		"{\"experiment\": \"x\", \"system\": \"y\", \"ladder\": {}}",
		"{\"experiment\": \"x\", \"system\": \"y\", \"failed\": false, "
		"\"ladder\": ["
		"{\"from\": \"client\", \"segment\": \"FIN\", "
		"\"event\": \"flew\"}]}",
		"{\"experiment\": \"x\", \"system\": \"y\", \"failed\": false, "
		"\"ladder\": ["
		"{\"from\": \"client\", \"segment\": \"FIN\", "
		"\"event\": 7}]}" };

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct record record = { 0 };
		json_t *json = json_loads(texts[i], JSON_DECODE_ANY, NULL);

		tap_case("%s", texts[i]);
		EXPECT(!record_from_json(&record, json));
		record_free(&record);
		json_decref(json);
	}
}

/* Writes a golden of the example beside the test; false if it cannot. */
static bool write_golden(char *path)
{
	struct record record = example_record();
	char *text = golden_text(&record);
	int fd = mkstemp(path);
	bool good = fd >= 0 && text && !golden_write(path, text);

	if (fd >= 0)
		close(fd);
	free(text);
	record_free(&record);
	return EXPECT(good);
}

static enum golden_result compare(
	const char *path, const struct record *record, bool has_diff)
{
	char *diff, *other;
	enum golden_result result = golden_compare(path, record, &diff, &other);

	if (!EXPECT(!diff == !has_diff))
		EXPECT_TEXT("", diff ? diff : "");
	free(diff);
	free(other);
	return result;
}

static void a_golden_is_compared_as_far_as_was_observed(void)
{
	char path[] = "/tmp/gracelab-unit-XXXXXX";

	if (!write_golden(path))
		return;
	for (int seen = 0; seen < 4; seen++) {
		struct record record = example_record();

		tap_case("wire %d, states %d", seen & 1, seen >> 1);
		record.wire = seen & 1;
		record.states = seen & 2;
		record.private_network = record.wire;
		EXPECT_INT(GOLDEN_SAME, compare(path, &record, false));
		free(record.rungs[2].result);
		record.rungs[2].result = strdup("4");
		EXPECT_INT(GOLDEN_DIFFERS, compare(path, &record, true));
		record_free(&record);
	}
	unlink(path);
}

static void a_state_counts_only_where_states_are_observed(void)
{
	char path[] = "/tmp/gracelab-unit-XXXXXX";

	if (!write_golden(path))
		return;
	struct record record = example_record();

	free(record.rungs[0].states[CLIENT]);
	record.rungs[0].states[CLIENT] = strdup("SYN_SENT");
	EXPECT_INT(GOLDEN_DIFFERS, compare(path, &record, true));
	record.wire = false;
	EXPECT_INT(GOLDEN_DIFFERS, compare(path, &record, true));
	record.states = false;
	EXPECT_INT(GOLDEN_SAME, compare(path, &record, false));
	record.wire = true;
	EXPECT_INT(GOLDEN_SAME, compare(path, &record, false));
	free(record.rungs[0].segment);
	record.rungs[0].segment = strdup("FIN");
	EXPECT_INT(GOLDEN_DIFFERS, compare(path, &record, true));
	record_free(&record);
	unlink(path);
}

static void another_system_is_named_and_no_difference(void)
{
	char path[] = "/tmp/gracelab-unit-XXXXXX";
	struct record record = example_record();
	char *diff, *other;

	if (!write_golden(path))
		return;
	free(record.system);
	record.system = strdup("Linux 9.9");
	EXPECT_INT(GOLDEN_SAME, golden_compare(path, &record, &diff, &other));
	EXPECT_TEXT("Linux 6.18", other ? other : "");
	EXPECT(!diff);
	free(other);
	record_free(&record);
	unlink(path);
}

/* The foot of the golden in `path`, without its newline. */
static void expect_foot(const char *expected, const char *path)
{
	size_t bytes;
	char *text = io_read_file(path, 65536, &bytes);
	char *last = text && bytes ? memrchr(text, '\n', bytes - 1) : NULL;

	if (EXPECT(last)) {
		text[bytes - 1] = '\0';
		EXPECT_TEXT(expected, last + 1);
	}
	free(text);
}

static void a_golden_says_where_it_was_confirmed_once(void)
{
	static const struct {
		const char *system, *foot;
		int result;
	} rows[] = {
		{ "Linux 6.18", "  Linux 6.18", 0 },
		{ "Linux 6.12", "  Linux 6.18, confirmed on 6.12", 1 },
		{ "Linux 6.12", "  Linux 6.18, confirmed on 6.12", 0 },
		{ "Linux 6.1", "  Linux 6.18, confirmed on 6.12, 6.1", 1 },
		{ "Linux 6.12", "  Linux 6.18, confirmed on 6.12, 6.1", 0 },
		{ "Hurd 1.0", "  Linux 6.18, confirmed on 6.12, 6.1, Hurd 1.0",
			1 },
	};
	char path[] = "/tmp/gracelab-unit-XXXXXX";
	struct record record = example_record();
	char *diff, *other, *text = golden_text(&record);

	if (!write_golden(path))
		return;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		tap_case("%s, %zu", rows[i].system, i);
		EXPECT_INT(
			rows[i].result, golden_confirm(path, rows[i].system));
		expect_foot(rows[i].foot, path);
		free(record.system);
		record.system = strdup(rows[i].system);
		EXPECT_INT(GOLDEN_SAME,
			golden_compare(path, &record, &diff, &other));
		EXPECT(!other);
	}
	tap_case("recorded again");
	EXPECT_INT(0, golden_write(path, text));
	expect_foot(rows[5].foot, path);
	tap_case("recorded otherwise");
	text[0] = 'X';
	EXPECT_INT(0, golden_write(path, text));
	expect_foot("  Linux 6.18", path);
	EXPECT_INT(-1, golden_confirm("/nonexistent/golden", "Linux 6.1"));
	free(text);
	record_free(&record);
	unlink(path);
}

static void a_missing_golden_is_missing(void)
{
	struct record record = example_record();

	EXPECT_INT(
		GOLDEN_MISSING, compare("/nonexistent/golden", &record, false));
	EXPECT_INT(-1, golden_write("/nonexistent/golden", "x"));
	record_free(&record);
}

static void an_empty_record_is_drawn_by_all(void)
{
	static void (*const writers[])(FILE *, const struct record *) = {
		ladder_write, svg_write, mermaid_write
	};

	for (size_t i = 0; i < sizeof(writers) / sizeof(*writers); i++) {
		struct record record = { .name = strdup("n"),
			.system = strdup("s") };
		char *text = NULL;
		size_t size;
		FILE *out = open_memstream(&text, &size);

		tap_case("writer %zu", i);
		if (!EXPECT(out))
			return;
		writers[i](out, &record);
		fclose(out);
		EXPECT(size > 0);
		free(text);
		record_free(&record);
	}
}

const struct tap_test tests_lab_record[] = {
	{ "record: JSON says what became of a segment",
		what_became_of_a_segment_is_in_json },
	{ "record: it survives JSON", a_record_survives_json },
	{ "record: a failure survives JSON whatever bytes it has",
		a_failure_of_any_bytes_survives_json },
	{ "record: the row at which a play failed is marked",
		the_row_at_which_a_play_failed_is_marked },
	{ "record: what is no record is refused",
		what_is_no_record_is_refused },
	{ "record: an empty one is drawn by all",
		an_empty_record_is_drawn_by_all },
	{ "golden: it is compared as far as was observed",
		a_golden_is_compared_as_far_as_was_observed },
	{ "golden: a state counts only where states are observed",
		a_state_counts_only_where_states_are_observed },
	{ "golden: another system is named, and is no difference",
		another_system_is_named_and_no_difference },
	{ "golden: its foot says where it was confirmed, once",
		a_golden_says_where_it_was_confirmed_once },
	{ "golden: one that is not there is missing",
		a_missing_golden_is_missing },
	{ NULL, NULL },
};
