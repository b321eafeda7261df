/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Verdicts on one try, and why: baseline.h, compare.h, cause.h. */
#include "gracelab/judge/verdict/compare.h"

#include <errno.h>

#include "gracelab/judge/verdict/cause.h"
#include "tap.h"

static const struct reply_rule no_rule;

/* A reply that begins 0.3 s after the request, with the FIN on it. */
static struct exchange_result result_of(const char *text, enum exchange_end end)
{
	struct exchange_result result = {
		.end = end,
		.connected = true,
		.asked = true,
		.glued = true,
		.first_byte_s = *text ? 0.3 : -1,
		.last_byte_s = *text ? 0.3 : -1,
		.end_s = end == END_EOF || end == END_RESET ? 0.4 : -1,
		.state = STATE_FIN_WAIT2,
	};

	reply_begin(&result.reply, &no_rule);
	reply_feed(&result.reply, &no_rule, text, strlen(text));
	result.whole = reply_is_whole(&result.reply, &no_rule);
	return result;
}

static struct baseline baseline_of(
	enum whole_by by, const char *one, const char *other)
{
	struct exchange_result first = result_of(one, END_EOF);
	struct exchange_result second = result_of(other, END_EOF);
	struct baseline baseline = { 0 };

	baseline_begin(&baseline, by, &first);
	baseline_add(&baseline, &second);
	return baseline;
}

struct
try {
	const char *text;
	enum exchange_end end;
	enum verdict verdict;
};

static void check(
	const struct baseline *baseline, const struct try tries[], size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct exchange_result result =
			result_of(tries[i].text, tries[i].end);

		tap_case("\"%.40s\" and end %d", tries[i].text, tries[i].end);
		EXPECT_TEXT(verdict_name(tries[i].verdict),
			verdict_name(compare(baseline, &result)));
	}
	tap_case("%s", "");
}

#define CHECK(baseline, tries) \
	check(&(baseline), tries, sizeof(tries) / sizeof(*(tries)))

static void nothing_is_lost_reset_or_a_hang(void)
{
	static const struct try tries[] = {
		{ "", END_EOF, VERDICT_LOST },
		{ "", END_RESET, VERDICT_RESET },
		{ "", END_SILENT, VERDICT_HANG },
		{ "", END_GAVE_UP, VERDICT_UNPROVED },
	};
	struct baseline baseline =
		baseline_of(WHOLE_BY_EOF, "answer", "answer");

	CHECK(baseline, tries);
}

static void equal_replies_are_compared_byte_for_byte(void)
{
	static const struct try tries[] = {
		{ "answer", END_EOF, VERDICT_HONOURED },
		{ "answer", END_RESET, VERDICT_HONOURED_RST },
		{ "answer", END_SILENT, VERDICT_NO_FIN },
		{ "ans", END_EOF, VERDICT_TRUNCATED },
		{ "ans", END_RESET, VERDICT_TRUNCATED },
		{ "ans", END_SILENT, VERDICT_TRUNCATED },
		{ "ans", END_GAVE_UP, VERDICT_UNPROVED },
		{ "sorry", END_EOF, VERDICT_SUBSTITUTED },
		{ "answer!", END_EOF, VERDICT_SUBSTITUTED },
		{ "refuse", END_EOF, VERDICT_SUBSTITUTED },
	};
	struct baseline baseline =
		baseline_of(WHOLE_BY_EOF, "answer", "answer");

	CHECK(baseline, tries);
}

static void what_baselines_do_not_share_is_not_compared(void)
{
	static const struct try tries[] = {
		{ "id=9999", END_EOF, VERDICT_HONOURED },
		{ "id=9", END_EOF, VERDICT_TRUNCATED },
		{ "no", END_EOF, VERDICT_SUBSTITUTED },
		{ "id=99999", END_EOF, VERDICT_SUBSTITUTED },
	};
	struct baseline baseline =
		baseline_of(WHOLE_BY_EOF, "id=1234", "id=2345");

	CHECK(baseline, tries);
	EXPECT_INT(3, baseline.common_bytes);
}

static void replies_of_any_length_are_whole_if_they_end(void)
{
	static const struct try tries[] = {
		{ "12345678", END_EOF, VERDICT_HONOURED },
		{ "1234567890123", END_EOF, VERDICT_HONOURED },
		{ "1234", END_EOF, VERDICT_UNPROVED },
		{ "12345678", END_RESET, VERDICT_UNPROVED },
		{ "12345678", END_SILENT, VERDICT_NO_FIN },
		{ "", END_EOF, VERDICT_LOST },
	};
	struct baseline baseline =
		baseline_of(WHOLE_BY_EOF, "12345678", "123456789");

	CHECK(baseline, tries);
}

static void silence_is_no_end(void)
{
	static const struct try by_length[] = {
		{ "working", END_EOF, VERDICT_HONOURED },
		{ "working, done", END_EOF, VERDICT_UNPROVED },
		{ "work", END_EOF, VERDICT_TRUNCATED },
		{ "", END_EOF, VERDICT_LOST },
	};
	static const struct try unknown[] = {
		{ "working", END_EOF, VERDICT_UNPROVED },
		{ "w", END_RESET, VERDICT_UNPROVED },
		{ "", END_EOF, VERDICT_LOST },
		{ "", END_SILENT, VERDICT_HANG },
	};
	struct baseline baseline =
		baseline_of(WHOLE_BY_LENGTH, "working", "working");

	CHECK(baseline, by_length);
	baseline = baseline_of(WHOLE_UNKNOWN, "working", "worki");
	CHECK(baseline, unknown);
}

static void http_is_compared_by_status_and_framing(void)
{
#define HTTP(status, length) \
	"HTTP/1.1 " status " x\r\nContent-Length: " length "\r\n\r\n"
	static const struct try tries[] = {
		{ HTTP("200", "4") "abcd", END_EOF, VERDICT_HONOURED },
		{ HTTP("200", "2") "ab", END_EOF, VERDICT_HONOURED },
		{ HTTP("200", "0"), END_SILENT, VERDICT_NO_FIN },
		{ HTTP("200", "4") "ab", END_EOF, VERDICT_TRUNCATED },
		{ HTTP("200", "4"), END_RESET, VERDICT_TRUNCATED },
		{ "HTTP/1.1 200 x\r\nConte", END_EOF, VERDICT_TRUNCATED },
		{ "HT", END_EOF, VERDICT_TRUNCATED },
		{ HTTP("499", "4") "abcd", END_EOF, VERDICT_SUBSTITUTED },
		{ "gone\n", END_EOF, VERDICT_SUBSTITUTED },
		{ "", END_EOF, VERDICT_LOST },
	};
	struct baseline baseline = baseline_of(WHOLE_BY_HTTP,
		HTTP("200", "4") "1234", HTTP("200", "4") "5678");

	CHECK(baseline, tries);
}

static void a_body_that_ends_by_close_ends_by_fin(void)
{
#define CLOSES "HTTP/1.0 200 OK\r\n\r\n"
	static const struct try tries[] = {
		{ CLOSES "12", END_EOF, VERDICT_HONOURED },
		{ CLOSES "1234567", END_EOF, VERDICT_HONOURED },
		{ CLOSES, END_EOF, VERDICT_TRUNCATED },
		{ CLOSES "12", END_RESET, VERDICT_TRUNCATED },
		{ CLOSES "12", END_SILENT, VERDICT_UNPROVED },
	};
	static const struct try equal[] = {
		{ CLOSES "1234", END_EOF, VERDICT_HONOURED },
		{ CLOSES "12", END_EOF, VERDICT_TRUNCATED },
	};
	struct baseline baseline =
		baseline_of(WHOLE_BY_HTTP, CLOSES "123", CLOSES "1234");

	CHECK(baseline, tries);
	baseline = baseline_of(WHOLE_BY_HTTP, CLOSES "1234", CLOSES "1234");
	CHECK(baseline, equal);
}

static void who_takes_no_connection_has_died_unless_it_is_our_fault(void)
{
	struct baseline baseline = baseline_of(WHOLE_BY_EOF, "a", "a");
	struct exchange_result result = { .end = END_NO_CONNECTION,
		.error = ECONNREFUSED };

	EXPECT_INT(VERDICT_PEER_DIED, compare(&baseline, &result));
	result.error = ETIMEDOUT;
	EXPECT_INT(VERDICT_PEER_DIED, compare(&baseline, &result));
	result.error = EMFILE;
	EXPECT_INT(VERDICT_UNPROVED, compare(&baseline, &result));
}

static void a_try_counts_if_its_fin_came_before_the_end(void)
{
	struct exchange_result result = result_of("answer", END_EOF);

	EXPECT(compare_counts(&result));
	/* The FIN came to leave late, behind the reply. */
	result.bytes_at_fin = 6;
	result.fin_s = 0.31;
	EXPECT(!compare_counts(&result));
	result.bytes_at_fin = 0;
	/* Late, and the reply was there, or under way. */
	result.glued = false;
	result.fin_s = 0.31;
	EXPECT(!compare_counts(&result));
	result.fin_s = 0.29;
	EXPECT(compare_counts(&result));
	result.round_trip_s = 0.02;
	EXPECT(!compare_counts(&result));
	result.fin_s = -1;
	EXPECT(!compare_counts(&result));
	/* What ended before the FIN was not lost by it. */
	result = result_of("", END_EOF);
	result.fin_s = 0.5;
	struct baseline baseline = baseline_of(WHOLE_BY_EOF, "a", "a");

	EXPECT_INT(VERDICT_UNPROVED, compare(&baseline, &result));
}

static bool is_near(double expected, double got)
{
	return got > expected - 1e-9 && got < expected + 1e-9;
}

static void times_are_without_the_way(void)
{
	struct exchange_result result = result_of("answer", END_EOF);

	result.last_byte_s = 0.8;
	result.round_trip_s = 0.1;
	EXPECT(is_near(0.2, compare_thought_s(&result)));
	EXPECT(is_near(0.7, compare_went_on_s(&result)));
	/* Of a long reply only its pauses tell. */
	result.reply.bytes = 1000000;
	EXPECT(is_near(0, compare_went_on_s(&result)));
	result.pause_s = 0.5;
	EXPECT(is_near(0.4, compare_went_on_s(&result)));
	result.fin_s = 0.4;
	EXPECT(is_near(0, compare_thought_s(&result)));
}

static void a_baseline_thinks_from_what_it_waits_for(void)
{
	struct exchange_result result = result_of("answer", END_EOF);
	struct baseline baseline = { .gated = true };

	result.sent_s = 0.05;
	result.fin_s = 0.2;
	result.round_trip_s = 0.02;
	baseline_begin(&baseline, WHOLE_BY_EOF, &result);
	EXPECT(is_near(0.1, baseline.first_byte_s));
	EXPECT(is_near(0.08, baseline.think_s));
	baseline.gated = false;
	baseline_begin(&baseline, WHOLE_BY_EOF, &result);
	EXPECT(is_near(0.25, baseline.first_byte_s));
	EXPECT(is_near(0.23, baseline.think_s));
	/* A way that took longer once leaves no time less than none. */
	result.round_trip_s = 1;
	baseline_begin(&baseline, WHOLE_BY_EOF, &result);
	EXPECT(is_near(0, baseline.think_s));
}

static struct cause_times times_of(double fin_s, double end_s)
{
	struct cause_times times = { .after_fin_s = -1, .after_request_s = -1 };
	struct exchange_result result = { .fin_s = fin_s, .end_s = end_s };

	cause_add(&times, &result);
	return times;
}

static void two_clocks_tell_a_cause(void)
{
	static const struct {
		double think_s, end_s; /* the FIN is glued */
		double late_s, late_end_s;
		enum cause cause;
	} cases[] = {
		{ 0.4, 0.001, -1, -1, CAUSE_AT_ONCE },
		{ 0.02, 0.001, -1, -1, CAUSE_AT_ONCE },
		{ 0.001, 0.001, -1, -1, CAUSE_UNKNOWN },
		{ 1.2, 0.5, -1, -1, CAUSE_AFTER },
		{ 0.4, 0.4, -1, -1, CAUSE_UNKNOWN },
		{ 0.4, 0.4, 0.2, 0.4, CAUSE_DROPPED },
		{ 0.52, 0.5, 0.26, 0.76, CAUSE_AFTER },
		{ 0.4, 0.4, 0.2, 0.9, CAUSE_UNKNOWN },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct baseline baseline = { .think_s = cases[i].think_s };
		struct cause_times glued = times_of(0, cases[i].end_s);
		struct cause_times late =
			times_of(cases[i].late_s, cases[i].late_end_s);

		tap_case("case %zu", i);
		EXPECT_INT(cases[i].cause, cause_of(&baseline, &glued, &late));
	}
	tap_case("%s", "");
	/* Of several the least, since delays come on top. */
	struct cause_times times = times_of(0, 0.3);
	struct exchange_result sooner = { .fin_s = 0, .end_s = 0.001 };

	cause_add(&times, &sooner);
	EXPECT(is_near(0.001, times.after_fin_s));
	/* The way back may take longer than the end did. */
	struct exchange_result early = {
		.fin_s = 0.5, .end_s = 0.51, .round_trip_s = 0.1
	};

	times = (struct cause_times){ .after_fin_s = -1,
		.after_request_s = -1 };
	cause_add(&times, &early);
	EXPECT(is_near(0, times.after_fin_s));
	/* Long times differ by more before they differ. */
	struct baseline slow = { .think_s = 4 };
	const struct cause_times due = { .after_fin_s = 4.2,
		.after_request_s = 4.2 };

	EXPECT_INT(CAUSE_UNKNOWN, cause_of(&slow, &due, NULL));
}

static void expect_said(const char *expected, enum verdict verdict,
	const struct baseline *baseline, const struct exchange_result *result)
{
	const struct cause_times times = { .after_fin_s = 0.25,
		.after_request_s = 0.25 };
	char why[200];

	cause_say(verdict, baseline, result, CAUSE_AFTER, &times, why,
		sizeof(why));
	EXPECT_TEXT(expected, why);
}

static void a_cause_is_said_in_words(void)
{
	struct baseline http = baseline_of(WHOLE_BY_HTTP,
		HTTP("200", "4") "1234", HTTP("200", "4") "5678");
	struct exchange_result result =
		result_of(HTTP("502", "3") "bad", END_EOF);

	expect_said("status 502 instead of 200", VERDICT_SUBSTITUTED, &http,
		&result);
	result = result_of("sorry", END_EOF);
	expect_said("5 bytes that begin \"sorry\"", VERDICT_SUBSTITUTED, &http,
		&result);
	result = result_of("", END_SILENT);
	expect_said(
		"FIN_WAIT2: the FIN was acknowledged, the peer stays silent",
		VERDICT_HANG, &http, &result);
	result.state = STATE_FIN_WAIT1;
	expect_said("FIN_WAIT1: the FIN could not leave", VERDICT_HANG, &http,
		&result);
	expect_said("gives up 0.2 s after FIN", VERDICT_LOST, &http, &result);
	expect_said("resets 0.2 s after FIN", VERDICT_RESET, &http, &result);
}

static void a_remedy_is_told_where_the_cause_is_its(void)
{
	struct baseline baseline = baseline_of(WHOLE_BY_EOF, "a", "a");
	struct cause_times times = { .after_fin_s = 0.5,
		.after_request_s = 0.5 };

	EXPECT(strstr(
		cause_remedy(VERDICT_LOST, CAUSE_AFTER, &times, &baseline),
		"socat"));
	times.after_fin_s = 2;
	EXPECT(!cause_remedy(VERDICT_LOST, CAUSE_AFTER, &times, &baseline));
	EXPECT(!cause_remedy(VERDICT_HANG, CAUSE_AT_ONCE, &times, &baseline));
	EXPECT(cause_remedy(VERDICT_LOST, CAUSE_AT_ONCE, &times, &baseline));
	baseline = baseline_of(WHOLE_BY_HTTP,
		"HTTP/1.1 200 OK\r\nServer: nginx\r\nContent-Length: "
		"1\r\n\r\nx",
		HTTP("200", "1") "x");
	EXPECT(strstr(cause_remedy(VERDICT_TRUNCATED, CAUSE_UNKNOWN, &times,
			      &baseline),
		"proxy_ignore_client_abort"));
}

/* On a UNIX socket an end is seen when we look: at most so late. */
static void without_the_kernels_time_an_upper_bound_is_all(void)
{
	struct baseline baseline = { .think_s = 0.5 };
	struct cause_times times = {
		.after_fin_s = 0.01, .after_request_s = 0.01, .untimed = true
	};

	EXPECT_INT(CAUSE_AT_ONCE, cause_of(&baseline, &times, NULL));
	times.after_fin_s = 0.2;
	times.after_request_s = 0.2;
	EXPECT_INT(CAUSE_UNKNOWN, cause_of(&baseline, &times, NULL));
	times.untimed = false;
	EXPECT_INT(CAUSE_AFTER, cause_of(&baseline, &times, NULL));
}

static void what_was_cut_is_never_a_hundred_percent(void)
{
	static char body[2001];
	char why[200];
	struct cause_times times = { .after_fin_s = -1, .after_request_s = -1 };

	memset(body, 'x', 2000);
	struct baseline baseline = baseline_of(WHOLE_BY_EOF, body, body);

	body[1999] = '\0';
	struct exchange_result result = result_of(body, END_RESET);

	EXPECT_INT(VERDICT_TRUNCATED, compare(&baseline, &result));
	cause_say(VERDICT_TRUNCATED, &baseline, &result, CAUSE_UNKNOWN, &times,
		why, sizeof(why));
	EXPECT_TEXT("RST after 99.9% of the reply", why);
	result = result_of("x", END_EOF);
	cause_say(VERDICT_TRUNCATED, &baseline, &result, CAUSE_UNKNOWN, &times,
		why, sizeof(why));
	EXPECT_TEXT("EOF after 1 bytes of the reply", why);
}

const struct tap_test tests_lab_compare[] = {
	{ "compare: nothing is LOST, RESET or a HANG",
		nothing_is_lost_reset_or_a_hang },
	{ "compare: equal baselines are compared byte for byte",
		equal_replies_are_compared_byte_for_byte },
	{ "compare: what baselines do not share is not compared",
		what_baselines_do_not_share_is_not_compared },
	{ "compare: replies of any length are whole if they end",
		replies_of_any_length_are_whole_if_they_end },
	{ "compare: silence is no end", silence_is_no_end },
	{ "compare: HTTP is compared by status and framing",
		http_is_compared_by_status_and_framing },
	{ "compare: a body that ends by close ends by FIN",
		a_body_that_ends_by_close_ends_by_fin },
	{ "compare: who takes no connection has died, unless it is our fault",
		who_takes_no_connection_has_died_unless_it_is_our_fault },
	{ "compare: a try counts if its FIN came before the reply's end",
		a_try_counts_if_its_fin_came_before_the_end },
	{ "compare: times are without a segment's way",
		times_are_without_the_way },
	{ "cause: two clocks tell a cause, one may not",
		two_clocks_tell_a_cause },
	{ "baseline: it thinks from what it waits for, request or FIN",
		a_baseline_thinks_from_what_it_waits_for },
	{ "cause: it is said in words", a_cause_is_said_in_words },
	{ "cause: a remedy is told where the cause is its",
		a_remedy_is_told_where_the_cause_is_its },
	{ "cause: what was cut is never 100 percent",
		what_was_cut_is_never_a_hundred_percent },
	{ "compare: what no kernel has timed has a cause only at once",
		without_the_kernels_time_an_upper_bound_is_all },
	{ 0 },
};
