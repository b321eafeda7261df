/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "gracelab/experiment/experiment.h"
#include "gracelab/experiment/outcome.h"
#include "lib/text/escape.h"
#include "tests/unit/tap.h"

/* Of the last parse that failed; the test's own until the next. */
static char *error;

/* Alone in memory, so that a sanitizer sees what is read behind it. */
static struct experiment *parse_bytes(const char *text, size_t bytes)
{
	char *copy = malloc(bytes ? bytes : 1);

	if (!copy)
		return NULL;
	memcpy(copy, text, bytes);
	free(error);
	error = NULL;
	struct experiment *experiment =
		experiment_parse("a/b.lab", "b", copy, bytes, &error);

	free(copy);
	return experiment;
}

static struct experiment *parse(const char *text)
{
	return parse_bytes(text, strlen(text));
}

static void head_lines_are_taken(void)
{
	struct experiment *e = parse(
		"# a comment\n"
		"\n"
		"title   A title: with # and 'quotes'  \n"
		"asks\tWhat?\n"
		"server  --sigpipe=ignore --greeting 'a b' --on-eof \"x\\ty\"\n"
		"client --quiet\n"
		"sysctl net.ipv4.tcp_fin_timeout=1\n"
		"sysctl net.ipv4.tcp_mem=1 2 3\n"
		"file book \"one\\ntwo\\0\\x41\"\n"
		"file empty \"\"\n"
		"inherit SIGPIPE=ignore\n"
		"  # an indented comment\n"
		"client> x\n");

	if (!EXPECT(e)) {
		EXPECT_TEXT("no error", error);
		return;
	}
	EXPECT_TEXT("b", e->name);
	EXPECT_TEXT("a/b.lab", e->path);
	EXPECT_TEXT("A title: with # and 'quotes'", e->title);
	EXPECT_TEXT("What?", e->asks);
	if (EXPECT_INT(5, e->server.count)) {
		EXPECT_TEXT("--sigpipe=ignore", e->server.list[0]);
		EXPECT_TEXT("--greeting", e->server.list[1]);
		EXPECT_TEXT("a b", e->server.list[2]);
		EXPECT_TEXT("--on-eof", e->server.list[3]);
		EXPECT_TEXT("x\ty", e->server.list[4]);
		EXPECT(!e->server.list[5]);
	}
	if (EXPECT_INT(1, e->client.count))
		EXPECT_TEXT("--quiet", e->client.list[0]);
	if (EXPECT_INT(2, e->sysctls.count))
		EXPECT_TEXT("net.ipv4.tcp_mem=1 2 3", e->sysctls.list[1]);
	if (EXPECT_INT(2, e->file_count)) {
		EXPECT_TEXT("book", e->files[0].name);
		EXPECT_BYTES(
			"one\ntwo\0A", 9, e->files[0].text, e->files[0].bytes);
		EXPECT_INT(0, e->files[1].bytes);
	}
	EXPECT(e->inherits_sigpipe && e->sigpipe_ignored);
	EXPECT_INT(1, e->step_count);
	experiment_free(e);
}

static void all_head_lines_are_optional(void)
{
	struct experiment *e = parse("client> x\n");

	if (!EXPECT(e))
		return;
	EXPECT(!e->title && !e->asks);
	EXPECT(!e->server.count && !e->client.count && !e->sysctls.count);
	EXPECT(!e->file_count && !e->inherits_sigpipe && !e->sigpipe_ignored);
	experiment_free(e);
}

static void each_kind_of_step_is_taken(void)
{
	struct experiment *e = parse("client> send \"a b\"  # no comment  \n"
				     "server>reply\n"
				     "\n"
				     "client: eof # a comment\n"
				     "client! SIGKILL\n"
				     "server! start --no-reuseaddr -d 1s\n"
				     "server! start\n");

	if (!EXPECT(e) || !EXPECT_INT(6, e->step_count)) {
		experiment_free(e);
		return;
	}
	EXPECT_INT(STEP_TYPE, e->steps[0].kind);
	EXPECT_INT(CLIENT, e->steps[0].side);
	EXPECT_TEXT("send \"a b\"  # no comment", e->steps[0].line);
	EXPECT_INT(1, e->steps[0].line_number);
	EXPECT_INT(SERVER, e->steps[1].side);
	EXPECT_TEXT("reply", e->steps[1].line);
	EXPECT_INT(STEP_EXPECT, e->steps[2].kind);
	EXPECT_INT(4, e->steps[2].line_number);
	EXPECT_TEXT("client: eof # a comment", e->steps[2].source);
	EXPECT_INT(STEP_SIGNAL, e->steps[3].kind);
	EXPECT_INT(SIGKILL, e->steps[3].signal);
	EXPECT_INT(STEP_START, e->steps[4].kind);
	if (EXPECT_INT(3, e->steps[4].options.count))
		EXPECT_TEXT("1s", e->steps[4].options.list[2]);
	EXPECT_INT(0, e->steps[5].options.count);
	experiment_free(e);
}

static void writing_counts_only_where_it_is_asked_for(void)
{
	static const struct {
		short seen, asked;
		bool met;
	} cases[] = {
		{ POLLIN | POLLOUT, POLLIN, true },
		{ POLLIN | POLLOUT, POLLIN | POLLOUT, true },
		{ POLLIN, POLLIN | POLLOUT, false },
		{ POLLIN | POLLRDHUP, POLLIN, false },
		{ POLLOUT, 0, true },
		{ 0, 0, true },
		{ 0, POLLIN, false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct outcome seen = { .kind = OUTCOME_POLL,
			.poll = cases[i].seen };
		const struct outcome asked = { .kind = OUTCOME_POLL,
			.poll = cases[i].asked };

		tap_case("%zu", i);
		EXPECT(outcome_equal(&seen, &asked) == cases[i].met);
	}
}

struct outcome_case {
	const char *text, *line;
	struct outcome outcome;
};

static void every_outcome_is_taken_and_written_alike(void)
{
	static char text[] = "a\0\"\n\xc3\xa9";
	static const struct outcome_case cases[] = {
		{ "sent 5", "client: sent 5",
			{ .kind = OUTCOME_SENT, .bytes = 5 } },
		{ "received \"\"", "client: received \"\"",
			{ .kind = OUTCOME_RECEIVED, .text = text } },
		{ "eof", "client:eof", { .kind = OUTCOME_EOF } },
		{ "nothing", "client: \t nothing  ",
			{ .kind = OUTCOME_NOTHING } },
		{ "ECONNRESET", "client: ECONNRESET",
			{ .kind = OUTCOME_ERRNO, .number = ECONNRESET } },
		{ "EPIPE", "client: EPIPE # so",
			{ .kind = OUTCOME_ERRNO, .number = EPIPE } },
		{ "signal SIGPIPE", "client: signal SIGPIPE",
			{ .kind = OUTCOME_SIGNAL, .number = SIGPIPE } },
		{ "exit 0", "client: exit 0", { .kind = OUTCOME_EXIT } },
		{ "exit 141", "client: exit 141",
			{ .kind = OUTCOME_EXIT, .number = 141 } },
		{ "exit SIGKILL", "client: exit SIGKILL",
			{ .kind = OUTCOME_KILLED, .number = SIGKILL } },
		{ "state FIN_WAIT2", "client: state FIN_WAIT2",
			{ .kind = OUTCOME_STATE, .state = STATE_FIN_WAIT2 } },
		{ "state gone", "client: state gone",
			{ .kind = OUTCOME_STATE, .state = STATE_GONE } },
		{ "state CLOSING", "client: state CLOSING",
			{ .kind = OUTCOME_STATE, .state = STATE_CLOSING } },
		{ "probe half", "client: probe half",
			{ .kind = OUTCOME_PROBE, .probe = PROBE_HALF } },
		{ "probe full", "client: probe full",
			{ .kind = OUTCOME_PROBE, .probe = PROBE_FULL } },
		{ "probe unknown", "client: probe unknown",
			{ .kind = OUTCOME_PROBE, .probe = PROBE_UNKNOWN } },
		{ "poll IN|RDHUP", "client: poll RDHUP|IN",
			{ .kind = OUTCOME_POLL, .poll = POLLIN | POLLRDHUP } },
		{ "poll nothing", "client: poll nothing",
			{ .kind = OUTCOME_POLL } },
		{ "unread 6", "client: unread 6",
			{ .kind = OUTCOME_UNREAD, .bytes = 6 } },
		{ "unacknowledged 0", "client: unacknowledged 0",
			{ .kind = OUTCOME_UNACKNOWLEDGED } },
		{ "sent alert close_notify", "client: sent alert close_notify",
			{ .kind = OUTCOME_SENT_RECORD,
				.record = { .type = TLS_ALERT } } },
		{ "received alert 77", "client: received alert 77 # so",
			{ .kind = OUTCOME_RECEIVED_RECORD,
				.record = { .type = TLS_ALERT,
					.alert = 77 } } },
		{ "sent handshake key_update",
			"client: sent handshake key_update",
			{ .kind = OUTCOME_SENT_RECORD,
				.record = { .type = TLS_HANDSHAKE,
					.message_count = 1,
					.messages = { 24 } } } },
		{ "received application_data",
			"client: received application_data",
			{ .kind = OUTCOME_RECEIVED_RECORD,
				.record = { .type = TLS_APPLICATION_DATA } } },
	};
	char written[OUTCOME_TEXT_SIZE];

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char file[128];

		/* Records need tls; the others heed it not. */
		snprintf(file, sizeof(file),
			"server exec a\nclient exec b\ntls\n%s", cases[i].line);
		struct experiment *e = parse(file);

		tap_case("%s", cases[i].line);
		if (!EXPECT(e)) {
			EXPECT_TEXT("no error", error);
			continue;
		}
		EXPECT(outcome_equal(&cases[i].outcome, &e->steps[0].outcome));
		outcome_text(&e->steps[0].outcome, written);
		EXPECT_TEXT(cases[i].text, written);
		for (size_t j = 0; j < sizeof(cases) / sizeof(*cases); j++)
			EXPECT(j == i ||
				!outcome_equal(&cases[j].outcome,
					&e->steps[0].outcome));
		experiment_free(e);
	}
}

static void further_clients_are_told_apart(void)
{
	struct experiment *e = parse("client> x\nclient3> y\n"
				     "client2! start -4\nclient2: eof\n"
				     "server: eof\nclient3! start\n");

	if (!EXPECT(e) || !EXPECT_INT(6, e->step_count)) {
		experiment_free(e);
		return;
	}
	static const unsigned who[] = { CLIENT, 3, 2, 2, SERVER, 3 };

	for (size_t i = 0; i < e->step_count; i++) {
		EXPECT_INT(who[i], e->steps[i].who);
		EXPECT_INT(
			who[i] == SERVER ? SERVER : CLIENT, e->steps[i].side);
	}
	EXPECT(e->many && e->plays[2] && e->plays[3] && !e->plays[4]);
	/* One whose first step is another starts before all steps. */
	EXPECT(e->starts_late[2] && !e->starts_late[3]);
	EXPECT_INT(1, e->steps[2].options.count);
	experiment_free(e);
	e = parse("client> x");
	EXPECT(e && !e->many && e->plays[CLIENT] && e->plays[SERVER]);
	experiment_free(e);
}

static void a_received_text_is_bytes(void)
{
	struct experiment *e =
		parse("server: received \"a\\0\\\"\\n\\xc3\\xa9\\\\\"\n");

	if (!EXPECT(e))
		return;
	EXPECT_BYTES("a\0\"\n\xc3\xa9\\", 7, e->steps[0].outcome.text,
		e->steps[0].outcome.bytes);
	experiment_free(e);
}

static void what_only_looks_like_the_labs_options_is_taken(void)
{
	static const char *const heads[] = { "server -lfe80::1 -d5s",
		"server --greeting=-f --once", "client --fi-nonsense",
		"server --on-eof 'send /x'", "server --on-eof=save 'x'",
		"server --on-eof save", "server --on-eof 'sendfile x'",
		"client -46q -", "server --delay /x" };

	for (size_t i = 0; i < sizeof(heads) / sizeof(*heads); i++) {
		char text[100];

		snprintf(text, sizeof(text),
			"%s\nclient> save a..b\n"
			"client> /etc/x ../y\n"
			"client> sendfile /etc/x",
			heads[i]);
		tap_case("%s", heads[i]);
		struct experiment *e = parse(text);

		if (!EXPECT(e))
			EXPECT_TEXT("no error", error);
		experiment_free(e);
	}
}

static void a_bad_file_says_where_and_what_was_expected(void)
{
	static const struct {
		const char *text, *error;
	} cases[] = {
		{ "", "1:1: expected a step" },
		{ "\n\n", "3:1: expected a step" },
		{ "title x", "2:1: expected a step" },
		{ "nonsense", "1:1: expected title, asks" },
		{ "  nonsense", "1:3: expected title, asks" },
		{ "titles x", "1:1: expected title, asks" },
		{ "Client> x", "1:1: expected title, asks" },
		{ "title", "1:6: expected a title" },
		{ "title  \t", "1:9: expected a title" },
		{ "asks", "1:5: expected a question" },
		{ "server 'x", "1:8: expected a closing quote" },
		{ "server \"x", "1:8: expected a closing quote" },
		{ "server \"x\\\"", "1:8: expected a closing quote" },
		{ "server \"x\"y", "1:11: expected a space" },
		{ "server \"x\\q\"", "1:10: expected a C escape" },
		{ "server \"x\\0\"", "" },
		{ "sysctl", "1:7: expected NAME=VALUE" },
		{ "sysctl net.x", "1:8: expected " },
		{ "sysctl net.x=", "1:8: expected " },
		{ "sysctl kernel.x=1", "1:8: expected " },
		{ "sysctl net/x=1", "1:8: expected " },
		{ "sysctl net...x=1", "1:8: expected " },
		{ "file", "1:5: expected a word" },
		{ "file a", "1:7: expected the file's text" },
		{ "file a b", "1:8: expected the file's text" },
		{ "file a 'b'", "1:8: expected the file's text" },
		{ "file a \"b\" c", "1:12: expected the end of the line" },
		{ "file a/b \"c\"", "1:6: expected " },
		{ "file .. \"c\"", "1:6: expected " },
		{ "file .a \"c\"", "1:6: expected " },
		{ "file \"\" \"c\"", "1:" },
		{ "file \"a\\0b\" \"c\"", "1:" },
		{ "file a \"x\"\nfile a \"y\"", "2:6: expected " },
		{ "inherit", "1:8: expected SIGPIPE=ignore" },
		{ "inherit SIGINT=ignore", "1:9: expected SIGPIPE=ignore" },
		{ "inherit SIGPIPE=ignored", "1:9: expected SIGPIPE=ignore" },
		{ "client>", "1:8: expected a line to type" },
		{ "client> ", "1:9: expected a line to type" },
		{ "client>   ", "1:" },
		{ "client> x\ntitle y", "2:1: expected a step" },
		{ "client> x\nnonsense", "2:1: expected a step" },
		{ "client:", "1:8: expected received" },
		{ "client: nonsense", "1:9: expected received" },
		{ "client: ENONSENSE", "1:9: expected received" },
		{ "client: EOF", "1:9: expected received" },
		{ "client: sent", "1:13: expected a word" },
		{ "client: sent five", "1:14: expected a number of bytes" },
		{ "client: sent alert", "1:19: expected a word" },
		{ "client: sent alert close",
			"1:20: expected an alert such as close_notify" },
		{ "client: received alert 256",
			"1:24: expected an alert such" },
		{ "client: received hello",
			"1:18: expected the text in double" },
		{ "client: received handshake fin",
			"1:28: expected a message such as finished" },
		{ "client: sent application_data 5", "1:31: expected" },
		{ "client: sent application_data",
			"1:14: expected no record without the head line tls" },
		{ "client2: received  alert close_notify # so",
			"1:20: expected no record without the head line tls" },
		{ "tls", "1:4: expected server exec and client exec above" },
		{ "server exec a\nclient exec b\ntls x", "3:5: expected" },
		{ "server exec a\nclient exec b\ntls\nclient2: eof",
			"4:9: expected a step of client or server" },
		{ "server exec a\nclient exec b\ntls\nserver! start",
			"4:14: expected no start" },
		{ "client: sent -5", "1:14: expected a number of bytes" },
		{ "client: sent 5x", "1:14: expected a number of bytes" },
		{ "client: sent 99999999999999999999",
			"1:14: expected a number of bytes" },
		{ "client: received", "1:17: expected the text" },
		{ "client: received x", "1:18: expected the text" },
		{ "client: received \"x", "1:18: expected a closing quote" },
		{ "client: \"EPIPE\\0x\"",
			"1:10: expected a word without NUL" },
		{ "client: sent \"5\\0\"",
			"1:15: expected a word without NUL" },
		{ "client: received \"\\", "1:18: expected a closing quote" },
		{ "client: received \"\\xg\"", "1:19: expected a C escape" },
		{ "client: received \"x\" y", "1:22: expected the end" },
		{ "client: eof now", "1:13: expected the end of the line" },
		{ "client: state", "1:14: expected a word" },
		{ "client: state fin_wait2", "1:15: expected a TCP state" },
		{ "client: state GONE", "1:15: expected a TCP state" },
		{ "client: state unknown", "1:15: expected a TCP state" },
		{ "client: probe", "1:14: expected a word" },
		{ "client: poll", "1:13: expected a word" },
		{ "client: poll in", "1:14: expected IN, OUT, RDHUP" },
		{ "client: poll IN|", "1:14: expected IN, OUT, RDHUP" },
		{ "client: unread x", "1:16: expected a number of bytes" },
		{ "client: unacknowledged", "1:23: expected a word" },
		{ "client: probe maybe", "1:15: expected half, full" },
		{ "client: exit", "1:13: expected " },
		{ "client: exit SIGNONE", "1:14: expected a signal" },
		{ "client: exit 1x", "1:14: expected an exit status" },
		{ "client: signal", "1:15: expected a word" },
		{ "client: signal 13", "1:16: expected a signal" },
		{ "client!", "1:8: expected " },
		{ "client! SIGNONE", "1:9: expected " },
		{ "client! 9", "1:9: expected " },
		{ "client! start", "1:9: expected " },
		{ "client! SIGKILL now", "1:17: expected the end" },
		{ "client1> x", "1:1: expected title" },
		{ "client9> x", "1:1: expected title" },
		{ "client22> x", "1:1: expected title" },
		{ "server2> x", "1:1: expected title" },
		{ "client2! stop", "1:10: expected start, or a signal" },
		{ "server! start 'x", "1:15: expected a closing quote" },
		/* What was found there is quoted, fit for a terminal. */
		{ "client: \x1b[2J now",
			"1:9: expected received \"TEXT\" or RECORD, eof, "
			"nothing, sent N or RECORD, an errno name, signal "
			"NAME, exit STATUS, state NAME, probe RESULT, poll "
			"FLAGS, unread N or unacknowledged N, not "
			"'\\x1b[2J'" },
		{ "client: sent five # x",
			"1:14: expected a number of bytes, or a record such "
			"as alert close_notify, not 'five'" },
		{ "\xef\xbb\xbftitle x\nclient> x",
			"1:1: expected text without a byte order mark (BOM)" },
		/* What is the lab's, in each of its spellings. */
		{ "client -e x", "1:8: expected no -e, -f or --events" },
		{ "client -ex", "1:8: expected no -e" },
		{ "client -4qfx", "1:8: expected no -e" },
		{ "client -q --fil=x", "1:11: expected no -e" },
		{ "client --f x", "1:8: expected no -e" },
		{ "client --file=x", "1:8: expected no -e" },
		{ "server --event=x", "1:8: expected no -e" },
		{ "server --events x", "1:8: expected no -e" },
		{ "server! start -qe x", "1:15: expected no -e" },
		{ "server --on-eof \"save ../x\"",
			"1:18: expected save to a file" },
		{ "server \"--on-accept=save /x\"",
			"1:9: expected save to a file" },
		{ "client> save ../x", "1:9: expected save to a file of" },
		{ "client> save /x until c", "1:9: expected save to a file" },
		{ "client> save ..", "1:9: expected save to a file" },
		{ "client> save .", "1:9: expected save to a file" },
		{ "client> save a/b", "1:9: expected save to a file" },
		{ "server> \t save '/x'", "1:" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char expected[256];
		struct experiment *e = parse(cases[i].text);

		tap_case("%s", cases[i].text);
		snprintf(expected, sizeof(expected), "a/b.lab:%s",
			cases[i].error);
		if (!EXPECT(!e)) {
			experiment_free(e);
			continue;
		}
		if (!EXPECT(!strncmp(expected, error, strlen(expected))))
			EXPECT_TEXT(expected, error);
	}
}

static void nul_is_refused_wherever_it_stands(void)
{
	static const char text[] = "title x\nclient> abc\nserver: eof\n";
	char broken[sizeof(text) - 1];

	for (size_t i = 0; i < sizeof(broken); i++) {
		tap_case("at %zu", i);
		memcpy(broken, text, sizeof(broken));
		broken[i] = '\0';
		struct experiment *e = parse_bytes(broken, sizeof(broken));

		EXPECT(!e);
		EXPECT(!strncmp(error, "a/b.lab:", 8));
		experiment_free(e);
	}
}

static void line_ends_of_windows_are_taken(void)
{
	struct experiment *e = parse("title x\r\n\r\n# y\r\nserver -q\r\n"
				     "client> data1\r\nclient: eof\r\n"
				     "client! SIGKILL\r\n"
				     "server: received \"a\"\r\n");

	if (!EXPECT(e)) {
		EXPECT_TEXT("no error", error);
		return;
	}
	EXPECT_TEXT("x", e->title);
	EXPECT_INT(1, e->server.count);
	EXPECT_TEXT("-q", e->server.list[0]);
	EXPECT_TEXT("data1", e->steps[0].line);
	experiment_free(e);
	e = parse("client> \r\n");
	EXPECT(!e);
	experiment_free(e);
}

static void the_last_line_needs_no_newline(void)
{
	struct experiment *e = parse("title x\nclient> data1");

	if (!EXPECT(e))
		return;
	EXPECT_TEXT("data1", e->steps[0].line);
	EXPECT_TEXT("client> data1", e->steps[0].source);
	experiment_free(e);
}

static void every_beginning_of_a_file_ends_well(void)
{
	static const char text[] =
		"title x\nserver --greeting 'a b' \"c\\n\"\nfile a \"b\"\n"
		"sysctl net.ipv4.x=1\ninherit SIGPIPE=ignore\n"
		"client> x\nserver: received \"x\\0\"\nclient: state gone\n"
		"client! SIGKILL\nserver! start 'a b'\nserver: exit 1\n";

	for (size_t len = 0; len < sizeof(text); len++) {
		struct experiment *e = parse_bytes(text, len);

		tap_case("%zu bytes", len);
		EXPECT(e || !strncmp(error, "a/b.lab:", 8));
		experiment_free(e);
	}
}

static void many_steps_and_long_lines_are_taken(void)
{
	enum { STEPS = 2000, LINE = 500000 };
	static const char step[] = "client> x\n";
	char *text = malloc(STEPS * (sizeof(step) - 1) + LINE + 64);
	size_t used = 0;

	if (!EXPECT(text))
		return;
	for (int i = 0; i < STEPS; i++, used += sizeof(step) - 1)
		memcpy(text + used, step, sizeof(step) - 1);
	memcpy(text + used, "client> ", 8);
	memset(text + used + 8, 'y', LINE);
	struct experiment *e = parse_bytes(text, used + 8 + LINE);

	if (EXPECT(e) && EXPECT_INT(STEPS + 1, e->step_count))
		EXPECT_INT(LINE, strlen(e->steps[STEPS].line));
	experiment_free(e);
	free(text);
}

/* Names are as long as the system allows; what is cut is cut whole. */
static void an_error_is_as_long_as_it_must_be(void)
{
	static char path[4096], line[1024];

	memset(path, 'p', sizeof(path) - 1);
	free(error);
	EXPECT(!experiment_parse(path, "b", "x", 1, &error));
	EXPECT(error && strlen(error) > sizeof(path));
	/* Of two bytes each, so that every other cut would split one. */
	for (size_t i = 0; i < sizeof(line) - 3; i += 2)
		memcpy(line + i, "\xc3\xb6", 3);
	for (size_t skip = 0; skip < 2; skip++) {
		EXPECT(!parse(line + skip));
		EXPECT(error && escape_is_harmless(error, strlen(error)));
		EXPECT(error && strstr(error, ", not '"));
	}
}

static void a_file_that_cannot_be_read_is_named(void)
{
	free(error);
	error = NULL;
	EXPECT(!experiment_read("/nonexistent/x.lab", &error));
	EXPECT_TEXT("cannot read /nonexistent/x.lab: ENOENT (No such file or "
		    "directory)",
		error);
	free(error);
	EXPECT(!experiment_read("/", &error));
	EXPECT(strstr(error, "EISDIR"));
}

const struct tap_test tests_lab_parse[] = {
	{ "lab parse: all head lines are taken", head_lines_are_taken },
	{ "lab parse: no head line is needed", all_head_lines_are_optional },
	{ "lab parse: each kind of step is taken", each_kind_of_step_is_taken },
	{ "lab parse: every outcome is taken, written alike, and no other's",
		every_outcome_is_taken_and_written_alike },
	{ "lab parse: a received text is bytes, NUL too",
		a_received_text_is_bytes },
	{ "lab parse: a bad file says where, and what was expected",
		a_bad_file_says_where_and_what_was_expected },
	{ "lab parse: NUL is refused wherever it stands",
		nul_is_refused_wherever_it_stands },
	{ "lab parse: CRLF ends a line like LF",
		line_ends_of_windows_are_taken },
	{ "lab parse: the last line needs no newline",
		the_last_line_needs_no_newline },
	{ "lab parse: every beginning of a file is taken or refused",
		every_beginning_of_a_file_ends_well },
	{ "lab parse: many steps and long lines are taken",
		many_steps_and_long_lines_are_taken },
	{ "lab parse: OUT of poll counts only where it is asked for",
		writing_counts_only_where_it_is_asked_for },
	{ "lab parse: further clients are told apart",
		further_clients_are_told_apart },
	{ "lab parse: what only looks like the lab's options is taken",
		what_only_looks_like_the_labs_options_is_taken },
	{ "lab parse: an error is whole, however long path and word are",
		an_error_is_as_long_as_it_must_be },
	{ "lab parse: a file that cannot be read is named, with the errno",
		a_file_that_cannot_be_read_is_named },
	{ NULL, NULL },
};
