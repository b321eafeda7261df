/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gracelab/judge/exchange/preamble.h"

#include "tap.h"

static bool parse(const char *text, struct preamble *preamble, char *error)
{
	return preamble_parse(text, strlen(text), preamble, error);
}

static void steps_are_read(void)
{
	struct preamble preamble;
	char error[PREAMBLE_ERROR_SIZE];

	if (!EXPECT(parse("# a comment\n\n  send \"a\\\"\\x00b\"\r\n"
			  "expect \"220 \"\nexpect 10\n\texpect line",
		    &preamble, error)))
		return;
	if (EXPECT_INT(4, preamble.count)) {
		EXPECT_INT(PREAMBLE_SEND, preamble.steps[0].kind);
		EXPECT_BYTES("a\"\0b", 4, preamble.steps[0].text,
			preamble.steps[0].bytes);
		EXPECT_INT(PREAMBLE_TEXT, preamble.steps[1].kind);
		EXPECT_BYTES("220 ", 4, preamble.steps[1].text,
			preamble.steps[1].bytes);
		EXPECT_INT(PREAMBLE_BYTES, preamble.steps[2].kind);
		EXPECT_INT(10, preamble.steps[2].bytes);
		EXPECT_INT(PREAMBLE_LINE, preamble.steps[3].kind);
	}
	preamble_free(&preamble);
}

static void what_is_no_step_is_named_with_its_line(void)
{
	static const struct {
		const char *text, *error;
	} cases[] = {
		{ "", "it is empty" },
		{ "send \"a\"\nsay \"b\"", "line 2: expected send or expect" },
		{ "send hello", "line 1: expected a text in double quotes" },
		{ "send \"a", "line 1: expected a text in double quotes" },
		{ "send \"a\" b", "line 1: expected a text in double quotes" },
		{ "send \"\\q\"", "line 1: unknown escape" },
		{ "send \"\"", "line 1: expected a text that is not empty" },
		{ "\nexpect 0",
			"line 2: expected \"TEXT\", a number of bytes "
			"up to 65536, or line" },
		{ "expect 65537",
			"line 1: expected \"TEXT\", a number of bytes "
			"up to 65536, or line" },
		{ "expect lines",
			"line 1: expected \"TEXT\", a number of bytes "
			"up to 65536, or line" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct preamble preamble;
		char error[PREAMBLE_ERROR_SIZE];

		tap_case("%s", cases[i].text);
		if (EXPECT(!parse(cases[i].text, &preamble, error)))
			EXPECT_TEXT(cases[i].error, error);
		else
			preamble_free(&preamble);
	}
	tap_case("%s", "");
}

static void expect_kinds(
	const struct preamble *preamble, const enum preamble_kind *kinds)
{
	for (size_t i = 0; i < preamble->count; i++)
		EXPECT_INT(kinds[i], preamble->steps[i].kind);
}

static void other_files_are_sent_as_they_are(void)
{
	static const char socks[] = "\5\1\0\5\1\0\1\177\0\0\1\0\120";
	static const enum preamble_kind negotiation[] = { PREAMBLE_SEND,
		PREAMBLE_SOCKS_METHOD, PREAMBLE_SEND, PREAMBLE_SOCKS_REPLY };
	static const enum preamble_kind connect[] = { PREAMBLE_SEND,
		PREAMBLE_CONNECTED };
	static const enum preamble_kind any[] = { PREAMBLE_SEND, PREAMBLE_ANY };
	struct preamble preamble;
	char error[PREAMBLE_ERROR_SIZE];

	EXPECT(preamble_parse(socks, sizeof(socks) - 1, &preamble, error));
	EXPECT_INT(4, preamble.count);
	expect_kinds(&preamble, negotiation);
	preamble_free(&preamble);
	EXPECT(parse("CONNECT a:7 HTTP/1.1\r\n\r\n", &preamble, error));
	EXPECT_INT(2, preamble.count);
	expect_kinds(&preamble, connect);
	preamble_free(&preamble);
	EXPECT(parse("sender: me\n", &preamble, error));
	EXPECT_INT(2, preamble.count);
	expect_kinds(&preamble, any);
	preamble_free(&preamble);
}

static void targets_are_hosts_and_ports(void)
{
	static const struct {
		const char *target;
		size_t bytes; /* of SOCKS5's request; 0: it is none */
	} cases[] = {
		{ "192.0.2.1:80", 10 },
		{ "[2001:db8::1]:80", 22 },
		{ "example.org:80", 4 + 1 + 11 + 2 },
		{ "2001:db8::1:80", 0 },
		{ "example.org", 0 },
		{ ":80", 0 },
		{ "example.org:0", 0 },
		{ "example.org:65536", 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct preamble preamble;

		tap_case("%s", cases[i].target);
		EXPECT(preamble_socks5(cases[i].target, &preamble) ==
			(cases[i].bytes > 0));
		if (cases[i].bytes && EXPECT_INT(4, preamble.count))
			EXPECT_INT(cases[i].bytes, preamble.steps[2].bytes);
		preamble_free(&preamble);
		EXPECT(preamble_connect(cases[i].target, &preamble) ==
			(cases[i].bytes > 0));
		preamble_free(&preamble);
	}
	tap_case("%s", "");
}

struct answer {
	enum preamble_kind kind;
	const char *text, *data;
	size_t len, taken;
	enum preamble_outcome outcome;
	const char *error;
};

/* A text of which NULs are a part. */
#define D(text) text, sizeof(text) - 1

static void answers_are_taken_or_refused(void)
{
	static const struct answer cases[] = {
		{ PREAMBLE_TEXT, "220", D("hello 220 more"), 9, PREAMBLE_TAKEN,
			"" },
		{ PREAMBLE_TEXT, "220", D("hello 22"), 0, PREAMBLE_WAITS, "" },
		{ PREAMBLE_LINE, NULL, D("a\nb"), 2, PREAMBLE_TAKEN, "" },
		{ PREAMBLE_CONNECTED, NULL, D("HTTP/1.1 200 OK\r\n\r\nx"), 19,
			PREAMBLE_TAKEN, "" },
		{ PREAMBLE_CONNECTED, NULL, D("HTTP/1.1 200 OK\r\n"), 0,
			PREAMBLE_WAITS, "" },
		{ PREAMBLE_CONNECTED, NULL, D("HTTP/1.0 407 No\r\n\r\n"), 0,
			PREAMBLE_REFUSED, "\"HTTP/1.0 407 No\"" },
		{ PREAMBLE_CONNECTED, NULL, D("\5\1"), 0, PREAMBLE_REFUSED,
			"\"\\x05\\x01\", not HTTP" },
		{ PREAMBLE_SOCKS_METHOD, NULL, D("\5"), 0, PREAMBLE_WAITS, "" },
		{ PREAMBLE_SOCKS_METHOD, NULL, D("\5\0"), 2, PREAMBLE_TAKEN,
			"" },
		{ PREAMBLE_SOCKS_METHOD, NULL, D("\5\xff"), 0, PREAMBLE_REFUSED,
			"SOCKS5 takes no method that was offered (ff)" },
		{ PREAMBLE_SOCKS_METHOD, NULL, D("HTTP/1.1 400 Bad\r\n"), 0,
			PREAMBLE_REFUSED, "\"HTTP/1.1 400 Bad\", not SOCKS5" },
		{ PREAMBLE_SOCKS_REPLY, NULL, D("\5\0\0\1\1\2\3\4\5\6!"), 10,
			PREAMBLE_TAKEN, "" },
		{ PREAMBLE_SOCKS_REPLY, NULL, D("\5\0\0\3\1a\0\0"), 8,
			PREAMBLE_TAKEN, "" },
		{ PREAMBLE_SOCKS_REPLY, NULL, D("\5\0\0\4aaaa"), 22,
			PREAMBLE_WAITS, "" },
		{ PREAMBLE_SOCKS_REPLY, NULL, D("\5\5"), 0, PREAMBLE_REFUSED,
			"SOCKS5 reply 5 (connection refused)" },
		{ PREAMBLE_SOCKS_REPLY, NULL, D("\5\x63"), 0, PREAMBLE_REFUSED,
			"SOCKS5 reply 99 (?)" },
		{ PREAMBLE_ANY, NULL, D("what"), 4, PREAMBLE_WAITS, "" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct answer *c = &cases[i];
		struct preamble_step step = { c->kind, (char *)c->text,
			c->text ? strlen(c->text) : 0 };
		char error[PREAMBLE_ERROR_SIZE] = "";
		size_t taken;

		tap_case("answer %zu", i);
		EXPECT_INT(c->outcome,
			preamble_take(
				&step, c->data, c->len, false, &taken, error));
		if (c->outcome == PREAMBLE_TAKEN)
			EXPECT_INT(c->taken, taken);
		EXPECT_TEXT(c->error, error);
	}
	tap_case("%s", "");
}

const struct tap_test tests_lab_preamble[] = {
	{ "preamble: send and expect are steps", steps_are_read },
	{ "preamble: what is no step is named with its line",
		what_is_no_step_is_named_with_its_line },
	{ "preamble: any other file is sent, SOCKS5 and CONNECT in their steps",
		other_files_are_sent_as_they_are },
	{ "preamble: a target is a host and a port",
		targets_are_hosts_and_ports },
	{ "preamble: answers are taken, refused or waited for",
		answers_are_taken_or_refused },
	{ 0 },
};
