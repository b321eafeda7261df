/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where replies end: http.h, reply.h. */
#include "gracelab/judge/exchange/http.h"
#include "gracelab/judge/exchange/reply.h"
#include "tap.h"

static struct http parse(const char *text, bool head)
{
	struct http http;

	http_begin(&http, head);
	http_feed(&http, text, strlen(text));
	return http;
}

struct http_case {
	const char *text;
	enum http_stage stage;
	int status;
	unsigned long body;
};

static void check(const struct http_case cases[], size_t count, bool head)
{
	for (size_t i = 0; i < count; i++) {
		struct http http = parse(cases[i].text, head);

		tap_case("%.60s", cases[i].text);
		EXPECT_INT(cases[i].stage, http.stage);
		EXPECT_INT(cases[i].status, http.status);
		EXPECT_INT(
			(long long)cases[i].body, (long long)http.body_bytes);
	}
	tap_case("%s", "");
}

#define CHECK(cases, head) check(cases, sizeof(cases) / sizeof(*(cases)), head)

static void a_length_ends_a_body(void)
{
	static const struct http_case cases[] = {
		{ "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell", HTTP_BODY,
			200, 4 },
		{ "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
			HTTP_WHOLE, 200, 5 },
		{ "HTTP/1.1 200 OK\r\ncontent-length:5\r\n\r\nhello again",
			HTTP_WHOLE, 200, 5 },
		{ "HTTP/1.0 200 OK\nContent-Length: 5 \n\nhello", HTTP_WHOLE,
			200, 5 },
		{ "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", HTTP_WHOLE,
			200, 0 },
		{ "HTTP/1.1 200\r\nContent-Length: 5, 5\r\n\r\nhello",
			HTTP_WHOLE, 200, 5 },
		{ "HTTP/1.1 200 OK\r\nContent-Length: 5a\r\n\r\nhello", HTTP_NO,
			200, 0 },
		{ "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n", HTTP_HEADER, 200,
			0 },
	};

	CHECK(cases, false);
}

static void chunks_end_a_body_wherever_their_borders_are(void)
{
#define CHUNKED "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
	static const struct http_case cases[] = {
		{ CHUNKED "5\r\nhello\r\n0\r\n\r\n", HTTP_WHOLE, 200, 5 },
		{ CHUNKED "2\r\nhe\r\n03;x=y\r\nllo\r\n0\r\nA: b\r\n\r\n",
			HTTP_WHOLE, 200, 5 },
		{ CHUNKED "A\r\n0123456789\r\n0\r\n\r\n", HTTP_WHOLE, 200, 10 },
		{ CHUNKED "5\r\nhello\r\n0\r\n", HTTP_TRAILER, 200, 5 },
		{ CHUNKED "5\r\nhello\r\n", HTTP_CHUNK_SIZE, 200, 5 },
		{ CHUNKED "5\r\nhel", HTTP_CHUNK, 200, 3 },
		{ CHUNKED "5\r\nhelloo\r\n", HTTP_NO, 200, 5 },
		{ CHUNKED "five\r\n", HTTP_NO, 200, 0 },
		{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n"
		  "Content-Length: 3\r\n\r\n1\r\nx\r\n0\r\n\r\n",
			HTTP_WHOLE, 200, 1 },
		{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n"
		  "Content-Length: 3\r\n\r\nabcdef",
			HTTP_BODY, 200, 6 },
		/* Chunks within another coding tell no end. */
		{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, gzip\r\n"
		  "\r\n0\r\n\r\n",
			HTTP_BODY, 200, 5 },
	};

	CHECK(cases, false);
}

static void some_replies_have_no_body(void)
{
	static const struct http_case cases[] = {
		{ "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n",
			HTTP_WHOLE, 204, 0 },
		{ "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n",
			HTTP_WHOLE, 304, 0 },
		{ "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nA: b\r\n"
		  "\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx",
			HTTP_WHOLE, 200, 1 },
		{ "HTTP/1.1 100 Continue\r\n\r\n", HTTP_STATUS_LINE, 0, 0 },
		{ "HTTP/1.1 101 Switching Protocols\r\n\r\nabc", HTTP_BODY, 101,
			3 },
	};
	static const struct http_case to_head[] = {
		{ "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n", HTTP_WHOLE,
			200, 0 },
		{ CHUNKED, HTTP_WHOLE, 200, 0 },
	};

	CHECK(cases, false);
	CHECK(to_head, true);
	EXPECT(parse("HTTP/1.1 200 OK\r\n\r\nabc", false).until_close);
	EXPECT(!parse("HTTP/1.1 200 OK\r\n\r\n", true).until_close);
}

static void what_is_no_http_is_told_as_soon_as_it_can_be(void)
{
	static const char *const none[] = { "x", "HTTP 200", "HTTP/x",
		"http/1.1", "HTTP/1.1 2x0 OK", "HTTP/1.1 2000 OK",
		"HTTP/1.1\r\n", "HTTP/ 920\n\n0",
		"HTTP/1.1 200 OK\r\nContent-Length: 5x\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n",
		("HTTP/1.1 200 OK\r\nContent-Length: "
		 "99999999999999999999999\r\n") };
	static const char *const some[] = { "", "H", "HTTP/1.", "HTTP/1.1 20",
		"HTTP/1.1 200", "HTTP/1.1 200 OK\r\nA: b" };

	for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++) {
		struct http http = parse(none[i], false);

		tap_case("%s", none[i]);
		EXPECT(!http_may_be_reply(&http));
		EXPECT(!http_is_reply(&http));
	}
	for (size_t i = 0; i < sizeof(some) / sizeof(*some); i++) {
		struct http http = parse(some[i], false);

		tap_case("%s", some[i]);
		EXPECT(http_may_be_reply(&http));
		EXPECT(!http_is_reply(&http));
	}
	tap_case("%s", "");
}

/* Feeds a text in pieces of so many bytes. */
static struct reply feed(
	const struct reply_rule *rule, const char *text, size_t piece)
{
	struct reply reply;
	size_t len = strlen(text);

	reply_begin(&reply, rule);
	for (size_t at = 0; at < len; at += piece)
		reply_feed(&reply, rule, text + at,
			len - at < piece ? len - at : piece);
	return reply;
}

static void a_text_ends_a_reply_in_whatever_pieces_it_comes(void)
{
	static const struct {
		const char *until, *text;
		bool found;
	} cases[] = {
		{ "\n", "answer\n", true },
		{ "done", "do done", true },
		{ "aab", "aaaaab", true },
		{ "abab!", "ababab!", true },
		{ "abab!", "abababab", false },
		{ "done", "don", false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		for (size_t piece = 1; piece < 8; piece++) {
			struct reply_rule rule = { .until = cases[i].until,
				.until_bytes = strlen(cases[i].until) };
			struct reply reply = feed(&rule, cases[i].text, piece);

			tap_case("%s by %zu", cases[i].text, piece);
			EXPECT(reply_is_whole(&reply, &rule) == cases[i].found);
		}
	tap_case("%s", "");
}

static void the_best_rule_there_is_decides(void)
{
	static const char http[] =
		"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n12345";
	struct reply_rule rule = { .until = "3", .until_bytes = 1 };
	struct reply reply = feed(&rule, http, 7);

	EXPECT(!reply_is_whole(&reply, &rule));
	rule.expect_bytes = 20;
	EXPECT(reply_is_whole(&reply, &rule));
	rule = (struct reply_rule){ .known_bytes = 5 };
	reply = feed(&rule, "12345", 2);
	EXPECT(reply_is_whole(&reply, &rule));
	reply = feed(&rule, "1234", 2);
	EXPECT(!reply_is_whole(&reply, &rule));
	rule.known_bytes = 0;
	EXPECT(!reply_is_whole(&reply, &rule));
}

static void equal_bytes_have_equal_digests(void)
{
	static const struct reply_rule rule;
	struct reply one = feed(&rule, "the same bytes", 3);
	struct reply other = feed(&rule, "the same bytes", 5);
	struct reply third = feed(&rule, "the same byte!", 5);

	EXPECT(one.digest == other.digest);
	EXPECT(one.digest != third.digest);
}

const struct tap_test tests_lab_http[] = {
	{ "http: a length ends a body", a_length_ends_a_body },
	{ "http: chunks end a body, wherever their borders are",
		chunks_end_a_body_wherever_their_borders_are },
	{ "http: HEAD, 204, 304 and interim replies have no body",
		some_replies_have_no_body },
	{ "http: what is no HTTP is told as soon as it can be",
		what_is_no_http_is_told_as_soon_as_it_can_be },
	{ "reply: a text ends it, in whatever pieces it comes",
		a_text_ends_a_reply_in_whatever_pieces_it_comes },
	{ "reply: the best rule there is decides",
		the_best_rule_there_is_decides },
	{ "reply: equal bytes have equal digests",
		equal_bytes_have_equal_digests },
	{ 0 },
};
