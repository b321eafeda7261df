/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "gracelab/judge/visit/answer.h"
#include "gracelab/judge/visit/request.h"
#include "tests/unit/tap.h"

static enum request_state state_of(
	const char *text, uint64_t expect_bytes, const char *until)
{
	const struct reply_rule rule = {
		.expect_bytes = expect_bytes,
		.until = until,
		.until_bytes = until ? strlen(until) : 0,
	};
	struct reply heard;

	reply_begin(&heard, &rule);
	reply_feed(&heard, &rule, text, strlen(text));
	return request_state(&heard, &rule);
}

static void test_request(void)
{
	EXPECT(state_of("job\n", 0, NULL) == REQUEST_OPEN);
	EXPECT(state_of("job\n", 5, NULL) == REQUEST_BEGUN);
	EXPECT(state_of("job\n", 4, NULL) == REQUEST_WHOLE);
	EXPECT(state_of("a.\nb", 0, ".\n") == REQUEST_WHOLE);
	EXPECT(state_of("a.", 0, ".\n") == REQUEST_BEGUN);
	EXPECT(state_of("GET / HTTP/1.1\r\n", 0, NULL) == REQUEST_BEGUN);
	EXPECT(state_of("GET / HTTP/1.1\r\n\r\n", 0, NULL) == REQUEST_WHOLE);
	EXPECT(state_of("PUT / HTTP/1.1\r\ncontent-length: 2\r\n\r\na", 0,
		       NULL) == REQUEST_BEGUN);
	EXPECT(state_of("PUT / HTTP/1.1\r\ncontent-length: 2\r\n\r\nab", 0,
		       NULL) == REQUEST_WHOLE);
	EXPECT(state_of("PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",
		       0, NULL) == REQUEST_OPEN);
	/* What only looks like it. */
	EXPECT(state_of("GET / HTTP/1.1 now\r\n\r\n", 0, NULL) == REQUEST_OPEN);
	EXPECT(state_of("get / HTTP/1.1\r\n\r\n", 0, NULL) == REQUEST_OPEN);
}

static void expect_answer(enum answer_kind kind, bool http, bool head,
	const char *end, size_t body_bytes)
{
	const struct answer_matter matter = {
		.reply = "0123456789",
		.reply_bytes = 10,
		.http = http,
		.head = head,
	};
	struct answer answer;
	size_t bytes = strlen(end);

	tap_case("kind %d%s", (int)kind, head ? ", HEAD" : "");
	EXPECT(answer_make(&answer, kind, &matter));
	EXPECT(answer.bytes >= bytes);
	EXPECT_BYTES(end, bytes, answer.text + answer.bytes - bytes, bytes);
	EXPECT(answer.body_bytes == body_bytes);
	answer_free(&answer);
}

static void test_answer(void)
{
	expect_answer(ANSWER_WHOLE, false, false, "0123456789", 10);
	expect_answer(ANSWER_CUT, false, false, "01234", 5);
	expect_answer(ANSWER_LARGE, false, false, "01234567890123456789", 10);
	expect_answer(ANSWER_WHOLE, true, false,
		"Content-Length: 10\r\n\r\n0123456789", 10);
	expect_answer(
		ANSWER_CUT, true, false, "Content-Length: 10\r\n\r\n01234", 5);
	expect_answer(ANSWER_CHUNKED, true, false,
		"\r\n\r\n5\r\n01234\r\n5\r\n56789\r\n0\r\n\r\n", 10);
	expect_answer(ANSWER_CHUNKED_CUT, true, false,
		"\r\n\r\n5\r\n01234\r\n5\r\n56", 7);
	expect_answer(
		ANSWER_UNTIL_FIN, true, false, "close\r\n\r\n0123456789", 10);
	expect_answer(
		ANSWER_UNTIL_FIN_CUT, true, false, "close\r\n\r\n01234", 5);
	expect_answer(ANSWER_WHOLE, true, true, "Length: 10\r\n\r\n", 0);
}

/* A reply that is HTTP already has a header that no client puts out. */
static void test_verbatim(void)
{
	static const char reply[] = "HTTP/1.0 200 OK\r\n\r\nbody";
	const struct answer_matter matter = {
		.reply = reply,
		.reply_bytes = sizeof(reply) - 1,
	};
	struct answer answer;

	EXPECT(answer_make(&answer, ANSWER_WHOLE, &matter));
	EXPECT_BYTES(reply, sizeof(reply) - 1, answer.text, answer.bytes);
	EXPECT_BYTES("body", 4, answer.body, answer.body_bytes);
	answer_free(&answer);
}

static bool is_head(const char *text)
{
	const struct reply_rule rule = { 0 };
	struct reply heard;

	reply_begin(&heard, &rule);
	reply_feed(&heard, &rule, text, strlen(text));
	return request_is_head(&heard);
}

/* What has no body can be cut only in its header. */
static void test_head(void)
{
	const struct answer_matter matter = {
		.reply = "0123456789",
		.reply_bytes = 10,
		.http = true,
		.head = true,
	};
	struct answer whole, cut;

	EXPECT(answer_make(&whole, ANSWER_WHOLE, &matter));
	EXPECT(answer_make(&cut, ANSWER_CUT, &matter));
	EXPECT_INT(whole.bytes / 2, cut.bytes);
	EXPECT(!memmem(whole.text, whole.bytes, "0123", 4));
	answer_free(&whole);
	answer_free(&cut);
	EXPECT(is_head("HEAD / HTTP/1.1\r\n"));
	EXPECT(!is_head("GET / HTTP/1.1\r\n"));
	EXPECT(!is_head("HEAD of state\r\n"));
}

const struct tap_test tests_judge_client[] = {
	{ "a client's request is whole by the rule that is said, or by HTTP",
		test_request },
	{ "an answer is whole or cut, in each framing", test_answer },
	{ "a reply that is HTTP already is sent as it is", test_verbatim },
	{ "what has no body is cut in its header", test_head },
	{ 0 },
};
