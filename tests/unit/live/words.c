/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>

#include "gracelab/live/prompt.h"
#include "gracelab/live/words/lesson.h"
#include "gracelab/live/words/line.h"
#include "gracelab/live/words/meaning.h"
#include "tests/unit/tap.h"

static void lines_are_what_a_file_has_for_them(void)
{
	static const struct {
		const char *typed;
		enum line_kind kind;
		const char *text;
	} cases[] = {
		{ "", LINE_EMPTY, NULL },
		{ "  \t", LINE_EMPTY, NULL },
		{ "# why", LINE_COMMENT, "# why" },
		{ "c data1", LINE_STEP, "client> data1" },
		{ " client  data1", LINE_STEP, "client> data1" },
		{ "s reply", LINE_STEP, "server> reply" },
		{ "w hold", LINE_STEP, "wire> hold" },
		{ "c2 hi", LINE_STEP, "client2> hi" },
		{ "client8 hi", LINE_STEP, "client8> hi" },
		{ "c: eof", LINE_STEP, "client: eof" },
		{ "client> c", LINE_STEP, "client> c" },
		{ "w: client FIN", LINE_STEP, "wire: client FIN" },
		{ "s! start", LINE_STEP, "server! start" },
		{ "server --delay=never", LINE_HEAD, "server --delay=never" },
		{ "c exec nc", LINE_HEAD, "client exec nc" },
		{ "c2 --x", LINE_STEP, "client2> --x" },
		{ "title A lesson", LINE_HEAD, "title A lesson" },
		{ "titles", LINE_COMMAND, "titles" },
		{ "w", LINE_COMMAND, "wire" },
		{ "undo 2", LINE_COMMAND, "undo 2" },
		{ "c9 x", LINE_COMMAND, "c9 x" },
		{ "close", LINE_COMMAND, "close" },
		{ "c", LINE_BAD,
			"expected what the client is to do, such as c close" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct line line;

		tap_case("%s", cases[i].typed);
		EXPECT(line_read(&line, cases[i].typed));
		EXPECT_INT(cases[i].kind, line.kind);
		if (cases[i].text)
			EXPECT_TEXT(cases[i].text, line.text);
		line_free(&line);
	}
}

static void what_is_misspelt_is_refused(void)
{
	static const struct {
		const char *step;
		bool refused;
	} cases[] = {
		{ "client> shutdown", false }, { "client> shutdwon", true },
		{ "client> send shutdwon", false },
		{ "client> shutdown up", true }, { "client> data1", false },
		{ "server> frobnicate", true }, { "server> reply", false },
		{ "server: eof", false }, { "client! SIGKILL", false },
		{ "wire> holdd", false }, /* the parser's to say */
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char *why = line_refusal(cases[i].step);

		tap_case("%s", cases[i].step);
		EXPECT_INT(cases[i].refused, why != NULL);
		free(why);
	}
}

static void expect_text(
	const struct lesson *lesson, size_t count, const char *expected)
{
	char *text = lesson_text(lesson, count, NULL);

	EXPECT_TEXT(expected, text);
	free(text);
}

static void a_lesson_keeps_a_file_as_it_was(void)
{
	static const char text[] = "title   A\n\n# first\nclient> a\n"
				   "# why\n\nclient: sent 1\n";
	char *error = NULL;
	struct experiment *experiment =
		experiment_parse("x", "x", text, strlen(text), &error);
	struct lesson lesson;

	EXPECT(experiment && lesson_begin(&lesson, experiment));
	experiment_free(experiment);
	EXPECT_INT(2, lesson.done);
	expect_text(&lesson, 2, text);
	expect_text(&lesson, 1, "title   A\n\n# first\nclient> a\n");
	EXPECT_TEXT("client: sent 1\n", lesson_step(&lesson, 1));
	lesson_free(&lesson);
}

static void what_was_undone_goes_with_the_next_step(void)
{
	struct lesson lesson = { 0 };

	EXPECT(lesson_add(&lesson, "client> a"));
	EXPECT(lesson_add(&lesson, "client> b"));
	lesson.done = 1;
	EXPECT(lesson_add_comment(&lesson, "# now"));
	EXPECT(lesson_add(&lesson, "client> c"));
	EXPECT_INT(2, lesson.count);
	expect_text(&lesson, 2, "client> a\n# now\nclient> c\n");
	EXPECT(lesson_add_head(&lesson, "title A"));
	EXPECT(lesson_add_head(&lesson, "sysctl x"));
	lesson_drop_head(&lesson);
	expect_text(&lesson, 1, "title A\nclient> a\n");
	lesson_free(&lesson);
}

static void the_prompt_has_states_and_wire(void)
{
	struct view_segment waits[] = { { CLIENT, "FIN" }, { SERVER, "data 9" },
		{ CLIENT, "data 5" }, { SERVER, "FIN" }, { SERVER, "ACK" } };
	struct view view = {
		.plays = { true, true },
		.states = { { STATE_FIN_WAIT1, STATE_CLOSE_WAIT } },
		.waits = waits,
	};
	char text[PROMPT_TEXT_SIZE];

	EXPECT_INT(TERMINAL_HALF, prompt_text(text, &view, 80));
	EXPECT_TEXT("FIN_WAIT1|CLOSE_WAIT> ", text);
	prompt_text(text, &view, 40);
	EXPECT_TEXT("FW1|CW> ", text);
	view.held[SERVER] = true;
	prompt_text(text, &view, 80);
	EXPECT_TEXT("FIN_WAIT1|CLOSE_WAIT [s held]> ", text);
	view.wait_count = 2;
	prompt_text(text, &view, 80);
	EXPECT_TEXT("FIN_WAIT1|CLOSE_WAIT [c FIN, s data 9]> ", text);
	view.wait_count = 5;
	prompt_text(text, &view, 40);
	EXPECT_TEXT("FW1|CW [c FIN, s data 9 +3]> ", text);
	view.states[0][CLIENT] = view.states[0][SERVER] = STATE_GONE;
	EXPECT_INT(TERMINAL_BAD, prompt_text(text, &view, 40));
}

/* Whether the meaning of a row has this text. */
static void expect_meaning(struct rung row, const char *text)
{
	struct rung rungs[] = { { .states = { "ESTABLISHED", "ESTABLISHED" } },
		row };
	struct record record = { .rungs = rungs, .rung_count = 2 };
	char *meaning = meaning_text(&record, 1);

	tap_case("%s", meaning);
	EXPECT(strstr(meaning, text));
	free(meaning);
}

/* The same over a UNIX socket, whose meaning has nothing of TCP. */
static void expect_unix(const char *call, const char *result, const char *state,
	const char *text)
{
	static const char *const foreign[] = { "FIN", " RST ", "wire", "SYN",
		"RFC ", "tcp(7)" };
	struct rung rungs[] = { { .states = { "CONNECTED", "CONNECTED" } },
		{ .call = (char *)call,
			.result = (char *)result,
			.states = { (char *)state } } };
	struct record record = {
		.over_unix = true, .rungs = rungs, .rung_count = 2
	};
	char *meaning = meaning_text(&record, 1);

	tap_case("%s", meaning);
	EXPECT(strstr(meaning, text));
	for (size_t i = 0; i < sizeof(foreign) / sizeof(*foreign); i++)
		EXPECT(!strstr(meaning, foreign[i]));
	free(meaning);
}

static void a_unix_sockets_row_means_nothing_of_tcp(void)
{
	static const struct {
		const char *call, *result, *state, *text;
	} cases[] = {
		{ "connect", NULL, NULL, "listener's queue" },
		{ "connect", "ECONNREFUSED", NULL, "nobody listens" },
		{ "connect", "ENOENT", NULL, "no such file" },
		{ "connect", "EACCES", NULL, "has failed" },
		{ "accept", NULL, "CONNECTED", "both directions are open" },
		{ "send", "5", NULL, "the peer's queue" },
		{ "send", "EPIPE", NULL, "SIGPIPE" },
		{ "sendfile", "EAGAIN", NULL, "would wait" },
		{ "recv", "5", NULL, "this socket's queue" },
		{ "recv", "0 (EOF)", NULL, "HUP" },
		{ "recv", "EAGAIN", NULL, "would wait" },
		{ "recv", "ECONNRESET", NULL, "unread data" },
		{ "peek", "5", NULL, "stays there" },
		{ "close", "0", "gone", "(it was CONNECTED)" },
		{ "close", "EBADF", NULL, "no such descriptor" },
		{ "shutdown wr", "0", "SHUT_WR", "can send no more" },
		{ "shutdown rd", "0", "SHUT_RD", "does learn of it" },
		{ "shutdown rdwr", "0", "SHUT_RDWR", "Both halves" },
		{ "exit(0)", NULL, NULL, "as close(2) does" },
		{ "killed by SIGKILL", NULL, NULL, "as close(2) does" },
		{ "listener close", "0", NULL, "lives on" },
		{ "state", "SHUT_RD", NULL, "sock_diag(7)" },
		{ "probe", "half-close", NULL, "poll(2)" },
		{ "release", NULL, NULL, "close(2)" },
		{ "SIGPIPE caught", NULL, NULL, "handler" },
		{ "linger 2", NULL, NULL, "setting" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		expect_unix(cases[i].call, cases[i].result, cases[i].state,
			cases[i].text);
}

#define CALL(name, gave)                         \
	(struct rung)                            \
	{                                        \
		.call = (name), .result = (gave) \
	}

static void a_row_means_what_it_shows(void)
{
	struct rung fin = CALL("close", "0"), rst = CALL("close", "0");

	expect_meaning(CALL("send", "5"), "3.9.1.2");
	expect_meaning(CALL("send", "EPIPE"), "SIGPIPE");
	expect_meaning(CALL("send", "ECONNRESET"), "A RST has come");
	expect_meaning(CALL("sendfile", "5"), "send(2)");
	expect_meaning(CALL("recv", "0 (EOF)"), "EOF");
	expect_meaning(CALL("recv", "EAGAIN"), "would wait");
	expect_meaning(CALL("close", "0"), "no FIN");
	expect_meaning(CALL("shutdown rd", "0"), "the peer cannot know");
	expect_meaning(CALL("linger 2", NULL), "setting");
	fin.segment = "FIN";
	fin.states[CLIENT] = "FIN_WAIT2";
	expect_meaning(fin, "3.6.1");
	expect_meaning(fin, "The client is in FIN_WAIT2");
	rst.segment = "RST";
	rst.states[CLIENT] = "gone";
	expect_meaning(rst, "RFC 2525, section 2.17");
	expect_meaning(rst, "(it was ESTABLISHED)");
	fin.wire = WIRE_LOST;
	expect_meaning(fin, "FIN is lost on its way");
	fin.wire = WIRE_SENT;
	expect_meaning(fin, "knows nothing of it yet");
	fin.wire = WIRE_FORGED;
	expect_meaning(fin, "RFC 5961");
}

const struct tap_test tests_live_words[] = {
	{ "a typed line is what an experiment's file has for it",
		lines_are_what_a_file_has_for_them },
	{ "a step whose command is misspelt is refused",
		what_is_misspelt_is_refused },
	{ "a lesson keeps a file's text as it was",
		a_lesson_keeps_a_file_as_it_was },
	{ "what was undone is gone with the next step",
		what_was_undone_goes_with_the_next_step },
	{ "the prompt shows both states and what waits",
		the_prompt_has_states_and_wire },
	{ "the meaning of a row names its source", a_row_means_what_it_shows },
	{ "a row of a UNIX socket means nothing that is TCP's",
		a_unix_sockets_row_means_nothing_of_tcp },
	{ NULL, NULL },
};
