/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gracelab/judge/ends/between.h"
#include "gracelab/judge/ends/evidence.h"
#include "gracelab/judge/ends/rows.h"
#include "gracelab/judge/ends/stream.h"
#include "tests/unit/tap.h"

static const char token[STREAM_TOKEN_BYTES + 1] =
	"grace/0123456789abcdef/00001\r\n\r\n";

/* Writes the first `bytes` of a stream to `out`. */
static void write_stream(const char *pattern, char *out, size_t bytes)
{
	char *scratch = malloc(STREAM_BUFFER_BYTES);
	uint64_t at = 0;

	while (at < bytes) {
		size_t piece;
		const char *next = stream_piece(
			pattern, token, at, bytes - at, scratch, &piece);

		memcpy(out + at, next, piece);
		at += piece;
	}
	free(scratch);
}

static void test_stream(void)
{
	enum { BYTES = 200000 };
	char *pattern = stream_pattern(), *whole = malloc(BYTES);

	write_stream(pattern, whole, BYTES);
	EXPECT_BYTES(token, STREAM_TOKEN_BYTES, whole, STREAM_TOKEN_BYTES);
	for (size_t at = 0; at < BYTES; at += 31337) {
		size_t count = BYTES - at < 70000 ? BYTES - at : 70000;

		tap_case("at %zu", at);
		EXPECT(stream_is(pattern, token, at, whole + at, count));
		/* One byte is lost, comes twice, or is another. */
		EXPECT(!stream_is(
			pattern, token, at, whole + at + 1, count - 1));
		EXPECT(!stream_is(
			pattern, token, at + 1, whole + at, count - 1));
		whole[at + count - 1] ^= 1;
		EXPECT(!stream_is(pattern, token, at, whole + at, count));
		whole[at + count - 1] ^= 1;
	}
	tap_case("any token");
	whole[0] = 'x';
	EXPECT(stream_is(pattern, NULL, 0, whole, 100));
	EXPECT(!stream_is(pattern, token, 0, whole, 100));
	free(whole);
	free(pattern);
}

/* What a program does, as it is asked. */
struct doing {
	bool rests;
	int64_t ran_ms;
};

static bool does(void *context, int64_t *ran_ms)
{
	const struct doing *doing = context;

	*ran_ms = doing->ran_ms;
	return doing->rests;
}

static void test_between(void)
{
	struct doing doing = { .rests = true };
	struct between between = { .rests = does, .context = &doing };
	struct between unknown = { .rests = NULL };
	struct between_wait wait = { .ran_ms = -1 };

	tap_case("not known");
	EXPECT(between_rests(NULL, &wait));
	EXPECT(between_rests(&unknown, &wait));
	tap_case("rests");
	EXPECT(between_rests(&between, &wait));
	tap_case("runs, or waits for a processor");
	doing = (struct doing){ .ran_ms = 5000 };
	EXPECT(!between_rests(&between, &wait));
	EXPECT(!between_rests(&between, &wait));
	doing.ran_ms = 5990;
	EXPECT(!between_rests(&between, &wait));
	tap_case("something has come");
	wait.ran_ms = -1;
	doing.ran_ms = 6500;
	EXPECT(!between_rests(&between, &wait));
	tap_case("a part of it has ended");
	doing.ran_ms = 100;
	EXPECT(!between_rests(&between, &wait));
	doing.ran_ms = 1090;
	EXPECT(!between_rests(&between, &wait));
	tap_case("runs for nothing");
	doing.ran_ms = 1100;
	EXPECT(between_rests(&between, &wait));
	tap_case("again and again");
	for (int i = 0; i < 2; i++) {
		EXPECT(!between_rests(&between, &wait));
		doing.ran_ms += 1000;
		EXPECT(between_rests(&between, &wait));
	}
	EXPECT(!between_rests(&between, &wait));
	doing.ran_ms += 10;
	EXPECT(!between_rests(&between, &wait));
	doing.ran_ms += 10;
	EXPECT(between_rests(&between, &wait));
	EXPECT(!between_rests(&between, &wait));
	wait.begun_ms -= 100;
	EXPECT(between_rests(&between, &wait));
	tap_case("it rests after all");
	doing.rests = true;
	EXPECT(between_rests(&between, &wait));
	doing.rests = false;
	EXPECT(!between_rests(&between, &wait));
	doing.ran_ms += 20;
	EXPECT(!between_rests(&between, &wait));
	tap_case("has no turn for long");
	wait.begun_ms -= 4000;
	EXPECT(!between_rests(&between, &wait));
	wait.begun_ms -= 1000;
	EXPECT(between_rests(&between, &wait));
	EXPECT(!between_rests(&between, &wait));
}

static void see(struct evidence *hop, uint32_t seq, uint32_t bytes,
	uint8_t flags, uint64_t time_ns)
{
	const struct segment segment = {
		.seq = seq,
		.payload_bytes = bytes,
		.flags = flags,
		.time_ns = time_ns,
	};

	evidence_segment(hop, &segment, true, false);
}

static void test_runs(void)
{
	struct evidence hop = { 0 };

	see(&hop, 99, 0, SEGMENT_SYN, 1);
	see(&hop, 100, 10, SEGMENT_ACK, 2);
	see(&hop, 110, 0, SEGMENT_ACK, 3);
	see(&hop, 110, 20, SEGMENT_ACK, 4);
	/* Some of it again, and all of it. */
	see(&hop, 120, 30, SEGMENT_ACK, 5);
	see(&hop, 100, 10, SEGMENT_ACK, 6);
	EXPECT_INT(2, hop.count);
	EXPECT_INT(50, hop.entries[1].bytes);
	EXPECT_INT(3, hop.entries[1].times);
	see(&hop, 150, 0, SEGMENT_FIN | SEGMENT_ACK, 7);
	see(&hop, 150, 0, SEGMENT_FIN | SEGMENT_ACK, 8);
	see(&hop, 151, 0, SEGMENT_RST, 9);
	EXPECT_INT(4, hop.count);
	EXPECT_TEXT("FIN", hop.entries[2].text);
	EXPECT_TEXT("RST", hop.entries[3].text);
	EXPECT_INT(7, evidence_end_ns(&hop, true));
	EXPECT_INT(0, evidence_end_ns(&hop, false));
	evidence_free(&hop);
}

static void test_lost(void)
{
	struct evidence hop = { 0 };
	struct segment segment = { .seq = 1,
		.payload_bytes = 10,
		.flags = SEGMENT_ACK | SEGMENT_FIN };

	evidence_segment(&hop, &segment, true, true);
	EXPECT_INT(0, evidence_end_ns(&hop, true));
	segment.time_ns = 5;
	evidence_segment(&hop, &segment, true, false);
	EXPECT_INT(2, hop.count);
	EXPECT_INT(5, evidence_end_ns(&hop, true));
	evidence_free(&hop);
}

static const char *text_of(const json_t *rows, size_t i, const char *key)
{
	const char *text = json_string_value(
		json_object_get(json_array_get(rows, i), key));

	return text ? text : "";
}

static void test_rows(void)
{
	struct evidence client = { 0 }, server = { 0 }, front = { 0 };
	struct evidence back = { 0 };
	const struct event sent = { .kind = EVENT_SEND, .bytes = 10 };
	const struct event shut = { .kind = EVENT_SHUTDOWN };

	evidence_call(&client, &sent, 1000);
	see(&front, 1, 10, SEGMENT_ACK, 1001);
	see(&back, 1, 10, SEGMENT_ACK, 1002);
	evidence_call(&server, &shut, 1003);
	const struct rows_source source = {
		.calls = { &client, &server },
		.hops = { &front, &back },
		.begun_ns = 1000,
		.given_up_ns = 5000001000,
		.patience_ms = 5000,
	};
	json_t *rows = rows_json(&source);

	EXPECT_INT(4, json_array_size(rows));
	EXPECT_TEXT("send", text_of(rows, 0, "call"));
	EXPECT_TEXT("10", text_of(rows, 0, "result"));
	EXPECT_TEXT("data 10", text_of(rows, 0, "segment"));
	EXPECT_TEXT("front", text_of(rows, 0, "hop"));
	EXPECT_TEXT("client", text_of(rows, 0, "from"));
	EXPECT_TEXT("", text_of(rows, 1, "call"));
	EXPECT_TEXT("proxy", text_of(rows, 1, "from"));
	EXPECT_TEXT("back", text_of(rows, 1, "hop"));
	EXPECT_TEXT("shutdown wr", text_of(rows, 2, "call"));
	EXPECT_TEXT("nothing for 5 s: given up", text_of(rows, 3, "event"));
	json_decref(rows);
	evidence_free(&client);
	evidence_free(&server);
	evidence_free(&front);
	evidence_free(&back);
}

static void test_lacks(void)
{
	for (int i = 0; i < 6; i++) {
		struct evidence some[6] = { 0 };
		char *text = NULL;
		size_t bytes;
		FILE *out = open_memstream(&text, &bytes);
		const struct rows_source source = {
			.calls = { &some[0], &some[1] },
			.hops = { &some[2], &some[3] },
			.proxy = { &some[4], &some[5] },
		};

		tap_case("evidence %d", i);
		some[i].incomplete = true;
		rows_write(out, "x", &source);
		fclose(out);
		EXPECT(strstr(text, "More was seen than there was room for"));
		free(text);
	}
}

/* One call of process 7 that closes all it has, as it is told of a hop. */
static void add_wide(struct evidence *calls, uint64_t time_ns)
{
	struct evidence_entry entry = {
		.time_ns = time_ns,
		.until_ns = time_ns + 10,
		.process = 7,
		.thread = 7,
		.times = 1,
		.sends = true,
		.wide = true,
		.text = "exit(3)",
	};

	evidence_add(calls, &entry);
}

static void test_wide(void)
{
	struct evidence front = { 0 }, back = { 0 }, proxy[2] = { 0 };
	const struct segment fin = { .flags = SEGMENT_FIN | SEGMENT_ACK,
		.time_ns = 1001 };

	add_wide(&proxy[CLIENT], 1000);
	add_wide(&proxy[SERVER], 1000);
	add_wide(&proxy[SERVER], 1100);
	evidence_segment(&front, &fin, false, false);
	see(&back, 1, 0, SEGMENT_FIN | SEGMENT_ACK, 1002);
	const struct rows_source source = {
		.hops = { &front, &back },
		.proxy = { &proxy[CLIENT], &proxy[SERVER] },
		.begun_ns = 1000,
	};
	json_t *rows = rows_json(&source);

	EXPECT_INT(3, json_array_size(rows));
	EXPECT_TEXT("exit(3)", text_of(rows, 0, "call"));
	EXPECT_TEXT("front", text_of(rows, 0, "hop"));
	EXPECT_TEXT("FIN", text_of(rows, 0, "segment"));
	EXPECT_TEXT("", text_of(rows, 1, "call"));
	EXPECT_TEXT("back", text_of(rows, 1, "hop"));
	EXPECT_TEXT("FIN", text_of(rows, 1, "segment"));
	/* At another time it is another call. */
	EXPECT_TEXT("exit(3)", text_of(rows, 2, "call"));
	EXPECT_TEXT("", text_of(rows, 2, "segment"));
	json_decref(rows);
	evidence_free(&front);
	evidence_free(&back);
	evidence_free(&proxy[CLIENT]);
	evidence_free(&proxy[SERVER]);
}

/* A call of the proxy's at the server's hop, and what it has sent. */
static void add_sent(struct evidence *calls, struct evidence *back,
	const char *name, const char *result, uint64_t time_ns)
{
	struct evidence_entry call = {
		.time_ns = time_ns,
		.until_ns = time_ns + 2,
		.process = 7,
		.thread = 7,
		.times = 1,
		.sends = true,
	};
	struct evidence_entry segment = {
		.time_ns = time_ns + 1,
		.times = 1,
		.right = true,
		.text = "FIN",
	};

	snprintf(call.text, sizeof(call.text), "%s", name);
	snprintf(call.result, sizeof(call.result), "%s", result);
	evidence_add(calls, &call);
	evidence_add(back, &segment);
}

/* What either of two calls that overlap may have sent stands with neither. */
static void test_overlap(void)
{
	struct evidence back = { 0 }, proxy = { 0 };
	const struct rows_source source = {
		.hops = { NULL, &back },
		.proxy = { NULL, &proxy },
		.begun_ns = 1000,
	};

	add_wide(&proxy, 1000);
	add_wide(&proxy, 1005);
	see(&back, 1, 0, SEGMENT_FIN | SEGMENT_ACK, 1007);
	json_t *rows = rows_json(&source);

	EXPECT_INT(3, json_array_size(rows));
	EXPECT_TEXT("exit(3)", text_of(rows, 1, "call"));
	EXPECT_TEXT("", text_of(rows, 1, "segment"));
	EXPECT_TEXT("FIN", text_of(rows, 2, "segment"));
	json_decref(rows);
	evidence_free(&back);
	evidence_free(&proxy);
}

/* In which column of each line the text begins, as "61 61 "; ASCII stands
 * before it. */
static void places_of(
	const char *text, const char *wanted, char *out, size_t size)
{
	size_t used = 0;

	*out = '\0';
	for (const char *line = text; *line; line += strcspn(line, "\n") + 1) {
		const char *at = strstr(line, wanted);

		if (at && at < line + strcspn(line, "\n"))
			used += (size_t)snprintf(out + used, size - used, "%d ",
				(int)(at - line));
		if (!line[strcspn(line, "\n")])
			break;
	}
}

static void test_columns(void)
{
	struct evidence back = { 0 }, proxy = { 0 };
	char *text = NULL, places[64];
	size_t bytes;
	FILE *out = open_memstream(&text, &bytes);
	const struct rows_source source = {
		.hops = { NULL, &back },
		.proxy = { NULL, &proxy },
		.begun_ns = 1000,
	};

	add_sent(&proxy, &back, "close", "0", 1000);
	add_sent(&proxy, &back, "shutdown(SHUT_WR)", "0", 2000);
	/* Longer than a column can be. */
	add_sent(&proxy, &back, "sendfile(0123456789abcdef0123)", "ECONNRESET",
		3000);
	rows_write(out, "x", &source);
	fclose(out);
	places_of(text, "\xe2\x94\x80\xe2\x94\x80 FIN", places, sizeof(places));
	EXPECT_TEXT("68 68 68 ", places);
	places_of(text, "proxy, server", places, sizeof(places));
	EXPECT_TEXT("68 ", places);
	places_of(text, "back", places, sizeof(places));
	EXPECT_TEXT("46 49 49 ", places);
	free(text);
	evidence_free(&back);
	evidence_free(&proxy);
}

const struct tap_test tests_judge_ends[] = {
	{ "stream: a byte that is lost, doubled or another shows",
		test_stream },
	{ "what runs for nothing between two ends is told from what has no "
	  "turn",
		test_between },
	{ "evidence: runs add up, and what comes again is no more", test_runs },
	{ "evidence: a segment that is lost ends nothing", test_lost },
	{ "rows: a segment stands with the call that sent it", test_rows },
	{ "rows: whatever had no room is said to be missing", test_lacks },
	{ "rows: a call that closes both hops is told once", test_wide },
	{ "rows: what two calls may have sent is said of neither",
		test_overlap },
	{ "rows: a long call pushes no arrow out of its column", test_columns },
	{ 0 },
};
