/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/typed/parse.h"

#include <stdlib.h>
#include <sys/socket.h>

#include "tests/unit/tap.h"

/* One parsed line; it lives until the next one is parsed. */
static struct {
	char *line;
	size_t len;
	struct command command;
	char error[PARSE_ERROR_SIZE];
} parsed;

/* Parses a copy that ends where the memory ends. */
static enum parse_result parse_bytes(
	enum side side, const char *line, size_t len)
{
	free(parsed.line);
	parsed.line = malloc(len + 1);
	parsed.len = len;
	memset(parsed.error, '?', sizeof(parsed.error));
	if (!EXPECT(parsed.line))
		exit(EXIT_FAILURE);
	memcpy(parsed.line, line, len);
	parsed.line[len] = '\n';
	tap_case("%s: %s", side_name(side), line);
	return parse_command(
		side, parsed.line, len, &parsed.command, parsed.error);
}

static enum parse_result parse(enum side side, const char *line)
{
	return parse_bytes(side, line, strlen(line));
}

/* Parses at that side and expects this command, or ends the checks. */
static bool is(enum side side, const char *line, enum command_id id)
{
	return EXPECT_INT(PARSE_DONE, parse(side, line)) &&
		EXPECT(parsed.command.spec) &&
		EXPECT_INT(id, parsed.command.spec->id);
}

/* The same at both sides. */
static bool is_at_both(const char *line, enum command_id id)
{
	return is(SERVER, line, id) && is(CLIENT, line, id);
}

static void expect_text(const char *expected, size_t expected_bytes)
{
	EXPECT_BYTES(expected, expected_bytes, parsed.command.text,
		parsed.command.text_bytes);
}

#define EXPECT_SENT(literal) expect_text(literal, sizeof(literal) - 1)

static void expect_error_at(enum side side, const char *line, const char *error)
{
	if (EXPECT_INT(PARSE_ERROR, parse(side, line)))
		EXPECT_TEXT(error, parsed.error);
}

/* At both sides. */
static void expect_error(const char *line, const char *error)
{
	expect_error_at(SERVER, line, error);
	expect_error_at(CLIENT, line, error);
}

static void client_sends_what_is_no_command(void)
{
	static const char *const lines[] = { "data1", "Close", "closed",
		"  indented", " ", "\t", "trailing ", "\"quoted\"", "\"open",
		"a\\nb", "reply", "use 1", "list", "SEND x", "é", "close\r" };

	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		if (!is(CLIENT, lines[i], COMMAND_SEND))
			continue;
		expect_text(lines[i], strlen(lines[i]));
		EXPECT(parsed.command.text == parsed.line);
	}
}

static void data_may_hold_nul(void)
{
	EXPECT_INT(PARSE_DONE, parse_bytes(CLIENT, "a\0b", 3));
	EXPECT_SENT("a\0b");
	EXPECT_INT(PARSE_DONE, parse_bytes(CLIENT, "\0", 1));
	EXPECT_SENT("\0");
	EXPECT_INT(PARSE_DONE, parse_bytes(CLIENT, "close\0", 6));
	EXPECT_INT(COMMAND_SEND, parsed.command.spec->id);
	EXPECT_SENT("close\0");
	EXPECT_INT(PARSE_DONE, parse_bytes(SERVER, "send a\0b", 8));
	EXPECT_SENT("a\0b");
}

static void empty_lines_do_nothing(void)
{
	EXPECT_INT(PARSE_EMPTY, parse(CLIENT, ""));
	EXPECT_INT(PARSE_EMPTY, parse(SERVER, ""));
	EXPECT_INT(PARSE_EMPTY, parse(SERVER, "  \t"));
}

static void server_refuses_unknown_commands(void)
{
	static const struct {
		const char *line, *error;
	} bad[] = {
		{ "data1", "unknown command 'data1'" },
		{ "data1 data2", "unknown command 'data1'" },
		{ "Close", "unknown command 'Close'; perhaps close?" },
		{ "shutdwon", "unknown command 'shutdwon'; perhaps shutdown?" },
		{ "exit", "unknown command 'exit'; perhaps quit?" },
		{ "every 1s x", "unknown command 'every'" },
		{ "open", "unknown command 'open'" },
		{ "\"send\" x", "unknown command '\"send\"'" },
		{ "x\x1b[2J", "unknown command 'x\\x1b[2J'" },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		expect_error_at(SERVER, bad[i].line, bad[i].error);
	EXPECT_INT(PARSE_ERROR, parse_bytes(SERVER, "close\0", 6));
	EXPECT_TEXT("unknown command 'close\\x00'", parsed.error);
}

static void commands_without_arguments_take_none(void)
{
	static const struct {
		const char *name;
		enum command_id id;
		unsigned sides;
	} list[] = {
		{ "close", COMMAND_CLOSE, COMMAND_BOTH },
		{ "reset", COMMAND_RESET, COMMAND_BOTH },
		{ "release", COMMAND_RELEASE, COMMAND_BOTH },
		{ "pause", COMMAND_PAUSE, COMMAND_BOTH },
		{ "resume", COMMAND_RESUME, COMMAND_BOTH },
		{ "state", COMMAND_STATE, COMMAND_BOTH },
		{ "probe", COMMAND_PROBE, COMMAND_BOTH },
		{ "quit", COMMAND_QUIT, COMMAND_BOTH },
		{ "reply", COMMAND_REPLY, COMMAND_SERVER },
		{ "list", COMMAND_LIST, COMMAND_SERVER },
		{ "more", COMMAND_MORE, COMMAND_BOTH },
	};
	static const enum side sides[] = { CLIENT, SERVER };

	for (size_t i = 0; i < sizeof(list) / sizeof(*list); i++) {
		for (size_t s = 0; s < 2; s++) {
			char line[32], error[64];

			if (!(list[i].sides & 1u << sides[s]))
				continue;
			is(sides[s], list[i].name, list[i].id);
			strcat(strcpy(line, list[i].name), " \t ");
			is(sides[s], line, list[i].id);
			strcat(strcpy(line, " \t"), list[i].name);
			is(sides[s], line, list[i].id);
			strcat(strcpy(line, list[i].name), " now");
			strcat(strcpy(error, list[i].name),
				": unexpected 'now'");
			expect_error_at(sides[s], line, error);
		}
	}
}

static void send_takes_the_rest_of_the_line(void)
{
	if (is_at_both("send data1", COMMAND_SEND))
		EXPECT_SENT("data1");
	if (is_at_both("send close", COMMAND_SEND))
		EXPECT_SENT("close");
	if (is_at_both("send  two  words ", COMMAND_SEND))
		EXPECT_SENT("two  words ");
	if (is_at_both("send a\\nb", COMMAND_SEND))
		EXPECT_SENT("a\\nb");
	if (is_at_both("send a \"b\"", COMMAND_SEND))
		EXPECT_SENT("a \"b\"");
}

static void quoted_text_has_c_escapes(void)
{
	if (is_at_both("send \"GET / HTTP/1.0\\r\\n\\r\\n\"", COMMAND_SEND))
		EXPECT_SENT("GET / HTTP/1.0\r\n\r\n");
	if (is_at_both("send \" a\\\"b \" ", COMMAND_SEND))
		EXPECT_SENT(" a\"b ");
	if (is_at_both("send \"\\\\\"", COMMAND_SEND))
		EXPECT_SENT("\\");
	if (is_at_both("send \"a\\0b\\x41\\101\"", COMMAND_SEND))
		EXPECT_SENT("a\0bAA");
	if (is_at_both("send \"\"", COMMAND_SEND))
		EXPECT_SENT("");
}

static void bad_texts_are_named(void)
{
	expect_error("send", "send: expected TEXT");
	expect_error("send ", "send: expected TEXT");
	expect_error(
		"send \"abc", "send: the closing quote is missing in '\"abc'");
	expect_error("send \"", "send: the closing quote is missing in '\"'");
	expect_error("send \"abc\\\"",
		"send: the closing quote is missing in '\"abc\\\\\"'");
	expect_error("send \"a\\q\"", "send: unknown escape '\\\\q'");
	expect_error("send \"a\\q1234567\"", "send: unknown escape '\\\\q12'");
	expect_error("send \"\\400\"", "send: unknown escape '\\\\400'");
	expect_error("send \"\\x\"", "send: unknown escape '\\\\x'");
	expect_error("send \"a\" b", "send: unexpected 'b'");
	expect_error("send \"a\"b", "send: unexpected 'b'");
	EXPECT_INT(PARSE_ERROR, parse_bytes(CLIENT, "send \"a\0", 8));
	EXPECT_TEXT("send: the closing quote is missing in '\"a\\x00'",
		parsed.error);
}

static void shutdown_says_which_half(void)
{
	static const struct {
		const char *line;
		int how;
	} good[] = {
		{ "shutdown", SHUT_WR },
		{ "shutdown wr", SHUT_WR },
		{ "shutdown rd", SHUT_RD },
		{ "shutdown rdwr", SHUT_RDWR },
		{ "shutdown \"rd\"", SHUT_RD },
		{ "shutdown\trd ", SHUT_RD },
	};

	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		if (is_at_both(good[i].line, COMMAND_SHUTDOWN))
			EXPECT_INT(good[i].how, parsed.command.how);
	expect_error(
		"shutdown now", "shutdown: expected wr, rd or rdwr, not 'now'");
	expect_error(
		"shutdown WR", "shutdown: expected wr, rd or rdwr, not 'WR'");
	expect_error(
		"shutdown rdw", "shutdown: expected wr, rd or rdwr, not 'rdw'");
	expect_error(
		"shutdown \"\"", "shutdown: expected wr, rd or rdwr, not ''");
	expect_error("shutdown wr rd", "shutdown: unexpected 'rd'");
}

static void hold_may_be_by_a_child(void)
{
	if (is_at_both("hold", COMMAND_HOLD))
		EXPECT(!parsed.command.child);
	if (is_at_both("hold child", COMMAND_HOLD))
		EXPECT(parsed.command.child);
	expect_error("hold on", "hold: expected child or nothing, not 'on'");
	expect_error("hold child 2", "hold: unexpected '2'");
}

static void paths_may_be_quoted(void)
{
	if (is_at_both("sendfile a.txt", COMMAND_SENDFILE))
		EXPECT_TEXT("a.txt", parsed.command.path);
	if (is_at_both("sendfile  a.txt ", COMMAND_SENDFILE))
		EXPECT_TEXT("a.txt", parsed.command.path);
	if (is_at_both("sendfile \"a b\\t\\\"c\"", COMMAND_SENDFILE))
		EXPECT_TEXT("a b\t\"c", parsed.command.path);
	if (is_at_both("sendfile a\\b", COMMAND_SENDFILE))
		EXPECT_TEXT("a\\b", parsed.command.path);
	if (is_at_both("sendfile a\"b", COMMAND_SENDFILE))
		EXPECT_TEXT("a\"b", parsed.command.path);
}

static void bad_paths_are_named(void)
{
	expect_error("sendfile", "sendfile: expected a path, not ''");
	expect_error("sendfile \"\"", "sendfile: expected a path, not ''");
	expect_error("sendfile a b", "sendfile: unexpected 'b'");
	expect_error(
		"sendfile \"a\"b", "sendfile: expected a space before 'b'");
	expect_error("sendfile \"a\\0b\"",
		"sendfile: expected a path, not 'a\\x00b'");
	expect_error("save \"\"", "save: expected a path, not ''");
	EXPECT_INT(PARSE_ERROR, parse_bytes(CLIENT, "save a\0b", 8));
	EXPECT_TEXT("save: expected a path, not 'a\\x00b'", parsed.error);
}

static void save_may_have_an_end_mark(void)
{
	static const struct {
		const char *line, *path;
		int until;
	} good[] = {
		{ "save", NULL, -1 },
		{ "save f", "f", -1 },
		{ "save f ", "f", -1 },
		{ "save f until #", "f", '#' },
		{ "save f until \"\\n\"", "f", '\n' },
		{ "save f until \"\\0\"", "f", 0 },
		{ "save f until \"\\xff\"", "f", 255 },
		{ "save f until \" \"", "f", ' ' },
		{ "save f until \"\\\"\"", "f", '"' },
		{ "save \"a b\" until x", "a b", 'x' },
		{ "save until until u", "until", 'u' },
	};

	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		if (!is_at_both(good[i].line, COMMAND_SAVE))
			continue;
		EXPECT_TEXT(good[i].path, parsed.command.path);
		EXPECT_INT(good[i].until, parsed.command.until);
	}
	expect_error("save f till x", "save: expected until, not 'till'");
	expect_error("save f until",
		"save: expected a character of one byte, not ''");
	expect_error("save f until \"\"",
		"save: expected a character of one byte, not ''");
	expect_error("save f until ab",
		"save: expected a character of one byte, not 'ab'");
	expect_error("save f until é",
		"save: expected a character of one byte, not 'é'");
	expect_error("save f until # x", "save: unexpected 'x'");
}

static void every_takes_a_duration_and_a_text(void)
{
	if (is(CLIENT, "every 1s Hello World!", COMMAND_EVERY)) {
		EXPECT_INT(1000, parsed.command.duration_ms);
		EXPECT_SENT("Hello World!");
	}
	if (is(CLIENT, "every 200ms \"a\\n\"", COMMAND_EVERY)) {
		EXPECT_INT(200, parsed.command.duration_ms);
		EXPECT_SENT("a\n");
	}
	if (is(CLIENT, "every 0 x", COMMAND_EVERY))
		EXPECT_INT(0, parsed.command.duration_ms);
	expect_error_at(CLIENT, "every",
		"every: expected a duration such as 200ms, not ''");
	expect_error_at(CLIENT, "every soon x",
		"every: expected a duration such as 200ms, not 'soon'");
	expect_error_at(CLIENT, "every 1s", "every: expected TEXT");
	expect_error_at(CLIENT, "every 1s ", "every: expected TEXT");
}

static void sleep_takes_a_duration(void)
{
	if (is_at_both("sleep 1.5s", COMMAND_SLEEP))
		EXPECT_INT(1500, parsed.command.duration_ms);
	if (is_at_both("sleep 2", COMMAND_SLEEP))
		EXPECT_INT(2000, parsed.command.duration_ms);
	if (is_at_both("sleep 2m ", COMMAND_SLEEP))
		EXPECT_INT(120000, parsed.command.duration_ms);
	expect_error(
		"sleep", "sleep: expected a duration such as 200ms, not ''");
	expect_error("sleep 1h",
		"sleep: expected a duration such as 200ms, not '1h'");
	expect_error("sleep -1",
		"sleep: expected a duration such as 200ms, not '-1'");
	expect_error("sleep 1s 2s", "sleep: unexpected '2s'");
}

static void wait_says_for_what_and_how_long(void)
{
	static const struct {
		const char *line;
		enum awaited await;
		int64_t duration_ms;
	} good[] = {
		{ "wait reply", AWAIT_REPLY, -1 },
		{ "wait eof", AWAIT_EOF, -1 },
		{ "wait reset", AWAIT_RESET, -1 },
		{ "wait eof 2s", AWAIT_EOF, 2000 },
		{ "wait reply 0 ", AWAIT_REPLY, 0 },
	};

	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		if (!is_at_both(good[i].line, COMMAND_WAIT))
			continue;
		EXPECT_INT(good[i].await, parsed.command.await);
		EXPECT_INT(good[i].duration_ms, parsed.command.duration_ms);
	}
	expect_error("wait", "wait: expected reply, eof or reset, not ''");
	expect_error(
		"wait EOF", "wait: expected reply, eof or reset, not 'EOF'");
	expect_error("wait 2s", "wait: expected reply, eof or reset, not '2s'");
	expect_error("wait eof soon",
		"wait: expected a duration such as 200ms, not 'soon'");
	expect_error("wait eof 1s 2s", "wait: unexpected '2s'");
}

static void open_takes_both_or_neither(void)
{
	if (is(CLIENT, "open", COMMAND_OPEN)) {
		EXPECT_TEXT(NULL, parsed.command.host);
		EXPECT_TEXT(NULL, parsed.command.port);
	}
	if (is(CLIENT, "open ::1 80", COMMAND_OPEN)) {
		EXPECT_TEXT("::1", parsed.command.host);
		EXPECT_TEXT("80", parsed.command.port);
	}
	if (is(CLIENT, "open [::1]:80 ", COMMAND_OPEN)) {
		EXPECT_TEXT("::1", parsed.command.host);
		EXPECT_TEXT("80", parsed.command.port);
	}
	if (is(CLIENT, "open a:80", COMMAND_OPEN))
		EXPECT_TEXT("a", parsed.command.host);
	expect_error_at(CLIENT, "open a:80 81", "open: unexpected '81'");
	expect_error_at(
		CLIENT, "open a:http", "open: expected a port, not 'http'");
	expect_error_at(CLIENT, "open ::1", "open: expected a port, not ''");
	expect_error_at(CLIENT, "open a 1 2", "open: unexpected '2'");
	expect_error_at(CLIENT, "open \"\" 1", "open: expected a host, not ''");
}

static void open_takes_ports_that_the_command_line_takes(void)
{
	static const char *const bad[] = { "open a 0", "open a 65536",
		"open a -1", "open a http", "open a 80x" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		EXPECT_INT(PARSE_ERROR, parse(CLIENT, bad[i]));
		EXPECT(strstr(parsed.error, bad[i] + strlen("open a ")));
	}
}

static void use_takes_a_number(void)
{
	if (is(SERVER, "use 2", COMMAND_USE))
		EXPECT_INT(2, parsed.command.number);
	if (is(SERVER, "use 4294967295 ", COMMAND_USE))
		EXPECT_INT(4294967295LL, parsed.command.number);
	expect_error_at(
		SERVER, "use", "use: expected a connection's number, not ''");
	expect_error_at(SERVER, "use x",
		"use: expected a connection's number, not 'x'");
	expect_error_at(SERVER, "use -1",
		"use: expected a connection's number, not '-1'");
	expect_error_at(SERVER, "use 1x",
		"use: expected a connection's number, not '1x'");
	expect_error_at(SERVER, "use 4294967296",
		"use: expected a connection's number, not '4294967296'");
	expect_error_at(SERVER, "use 99999999999999999999",
		"use: expected a connection's number, not "
		"'99999999999999999999'");
	expect_error_at(SERVER, "use 1 2", "use: unexpected '2'");
}

static void open_may_not_wait(void)
{
	if (is(CLIENT, "open --nowait", COMMAND_OPEN)) {
		EXPECT(parsed.command.nowait && !parsed.command.host);
		EXPECT(!parsed.command.port);
	}
	if (is(CLIENT, "open --nowait ::1 80 ", COMMAND_OPEN)) {
		EXPECT(parsed.command.nowait);
		EXPECT_TEXT("::1", parsed.command.host);
		EXPECT_TEXT("80", parsed.command.port);
	}
	expect_error_at(
		CLIENT, "open --nowait ::1", "open: expected a port, not ''");
	expect_error_at(CLIENT, "open --nowait --nowait",
		"open: expected a port, not ''");
}

static void seconds_are_whole_or_off(void)
{
	static const struct {
		const char *line;
		enum command_id id;
		bool on;
		int64_t duration_ms;
	} good[] = {
		{ "linger 2s", COMMAND_LINGER, true, 2000 },
		{ "linger 0", COMMAND_LINGER, true, 0 },
		{ "linger 2000ms ", COMMAND_LINGER, true, 2000 },
		{ "linger off", COMMAND_LINGER, false, 0 },
		{ "linger2 1m", COMMAND_LINGER2, true, 60000 },
		{ "linger2 off", COMMAND_LINGER2, false, 0 },
	};

	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		if (!is_at_both(good[i].line, good[i].id))
			continue;
		EXPECT_INT(good[i].on, parsed.command.on);
		EXPECT_INT(good[i].duration_ms, parsed.command.duration_ms);
	}
	expect_error("linger", "linger: expected whole seconds or off, not ''");
	expect_error("linger 500ms",
		"linger: expected whole seconds or off, not '500ms'");
	expect_error("linger2 on",
		"linger2: expected whole seconds or off, not 'on'");
	expect_error("linger off 1s", "linger: unexpected '1s'");
}

static void keepalive_takes_up_to_three(void)
{
	static const struct {
		const char *line;
		bool on;
		int64_t idle_ms, interval_ms;
		unsigned count;
	} good[] = {
		{ "keepalive", true, -1, -1, 0 },
		{ "keepalive off", false, -1, -1, 0 },
		{ "keepalive 1s", true, 1000, -1, 0 },
		{ "keepalive 1s 2s", true, 1000, 2000, 0 },
		{ "keepalive 1 2 3 ", true, 1000, 2000, 3 },
	};

	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		if (!is_at_both(good[i].line, COMMAND_KEEPALIVE))
			continue;
		EXPECT_INT(good[i].on, parsed.command.on);
		EXPECT_INT(good[i].idle_ms, parsed.command.duration_ms);
		EXPECT_INT(good[i].interval_ms, parsed.command.interval_ms);
		EXPECT_INT(good[i].count, parsed.command.number);
	}
	expect_error("keepalive on",
		"keepalive: expected whole seconds or off, not 'on'");
	expect_error("keepalive 1s 5ms",
		"keepalive: expected whole seconds such as 2s, not '5ms'");
	expect_error("keepalive 1 1 many",
		"keepalive: expected a number of probes, not 'many'");
	expect_error("keepalive off 1", "keepalive: unexpected '1'");
	expect_error("keepalive 1 1 1 1", "keepalive: unexpected '1'");
}

static void switches_are_on_or_off(void)
{
	if (is_at_both("quickack off", COMMAND_QUICKACK))
		EXPECT(!parsed.command.on);
	if (is_at_both("blocking on", COMMAND_BLOCKING))
		EXPECT(parsed.command.on);
	expect_error("quickack", "quickack: expected on or off, not ''");
	expect_error("blocking no", "blocking: expected on or off, not 'no'");
	expect_error("blocking on off", "blocking: unexpected 'off'");
	if (is_at_both("user-timeout 300ms", COMMAND_USER_TIMEOUT))
		EXPECT_INT(300, parsed.command.duration_ms);
}

static void read_and_peek_take_a_number_or_nothing(void)
{
	if (is_at_both("read", COMMAND_READ))
		EXPECT_INT(0, parsed.command.number);
	if (is_at_both("read 3", COMMAND_READ))
		EXPECT_INT(3, parsed.command.number);
	if (is_at_both("peek", COMMAND_PEEK))
		EXPECT_INT(0, parsed.command.number);
	if (is_at_both("peek 65536", COMMAND_PEEK))
		EXPECT_INT(65536, parsed.command.number);
	expect_error("read 0", "read: expected a number of bytes, not '0'");
	expect_error("peek x", "peek: expected a number of bytes, not 'x'");
	expect_error("peek 1 2", "peek: unexpected '2'");
}

static void fill_takes_a_number_or_nothing(void)
{
	if (is_at_both("fill", COMMAND_FILL))
		EXPECT_INT(0, parsed.command.number);
	if (is_at_both("fill 65536", COMMAND_FILL))
		EXPECT_INT(65536, parsed.command.number);
	expect_error("fill 0", "fill: expected a number of bytes, not '0'");
	expect_error("fill 1k", "fill: expected a number of bytes, not '1k'");
	expect_error("fill 1 2", "fill: unexpected '2'");
}

static void calls_that_block_are_named(void)
{
	if (is_at_both("block recv", COMMAND_BLOCK))
		EXPECT_INT(THREAD_RECV, parsed.command.call);
	if (is_at_both("block close", COMMAND_BLOCK))
		EXPECT_INT(THREAD_CLOSE, parsed.command.call);
	expect_error("block", "block: expected recv or close, not ''");
	expect_error("block send", "block: expected recv or close, not 'send'");
	if (is(SERVER, "accept", COMMAND_ACCEPT))
		EXPECT(!parsed.command.block);
	if (is(SERVER, "accept block", COMMAND_ACCEPT))
		EXPECT(parsed.command.block);
	expect_error_at(SERVER, "accept now",
		"accept: expected block or nothing, not 'now'");
}

static void the_listener_closes_or_shuts(void)
{
	if (is(SERVER, "listener close", COMMAND_LISTENER))
		EXPECT(parsed.command.closes);
	if (is(SERVER, "listener shutdown", COMMAND_LISTENER)) {
		EXPECT(!parsed.command.closes);
		EXPECT_INT(SHUT_RDWR, parsed.command.how);
	}
	if (is(SERVER, "listener shutdown wr", COMMAND_LISTENER))
		EXPECT_INT(SHUT_WR, parsed.command.how);
	expect_error_at(SERVER, "listener",
		"listener: expected close or shutdown, not ''");
	expect_error_at(
		SERVER, "listener close rd", "listener: unexpected 'rd'");
	expect_error_at(SERVER, "listener shutdown up",
		"listener: expected wr, rd or rdwr, not 'up'");
}

static void help_takes_a_command_of_its_side(void)
{
	if (is_at_both("help", COMMAND_HELP))
		EXPECT(!parsed.command.topic);
	if (is_at_both("help close", COMMAND_HELP) &&
		EXPECT(parsed.command.topic))
		EXPECT_INT(COMMAND_CLOSE, parsed.command.topic->id);
	if (is(SERVER, "help use", COMMAND_HELP))
		EXPECT(parsed.command.topic);
	expect_error_at(CLIENT, "help use", "help: unknown command 'use'");
	expect_error_at(SERVER, "help open", "help: unknown command 'open'");
	expect_error("help me", "help: unknown command 'me'");
	expect_error("help close now", "help: unexpected 'now'");
}

static void errors_show_a_text_cut_and_escaped(void)
{
	expect_error("sleep \x1b[2J\u202e",
		"sleep: expected a duration such as 200ms, not "
		"'\\x1b[2J\\xe2\\x80\\xae'");
	char line[400] = "shutdown ";

	memset(line + strlen(line), '\x01', 380);
	EXPECT_INT(PARSE_ERROR, parse_bytes(CLIENT, line, 389));
	EXPECT(memchr(parsed.error, '\0', sizeof(parsed.error)));
	EXPECT(strstr(parsed.error, "not '\\x01\\x01"));
}

static void what_a_command_does_not_use_is_zero(void)
{
	const struct command_spec *spec;

	if (!is(CLIENT, "close", COMMAND_CLOSE))
		return;
	spec = parsed.command.spec;
	EXPECT(!parsed.command.text && !parsed.command.text_bytes);
	EXPECT(!parsed.command.path && !parsed.command.host);
	EXPECT(!parsed.command.port && !parsed.command.child);
	EXPECT(!parsed.command.topic && !parsed.command.number);
	EXPECT_INT(0, parsed.command.duration_ms);
	EXPECT(spec == command_find(CLIENT, "close", 5));
}

static void a_mebibyte_is_sent_whole(void)
{
	size_t len = 1024 * 1024;
	char *line = malloc(len + 1);

	if (!EXPECT(line))
		return;
	memset(line, 'x', len);
	line[len] = '\0';
	EXPECT_INT(PARSE_DONE, parse_bytes(CLIENT, line, len));
	EXPECT_INT(len, parsed.command.text_bytes);
	memcpy(line, "send \"", 6);
	line[len - 1] = '"';
	EXPECT_INT(PARSE_DONE, parse_bytes(SERVER, line, len));
	EXPECT_INT(len - 7, parsed.command.text_bytes);
	free(line);
	parse(CLIENT, "");
}

/* The last test frees what the others parsed. */
static void a_missing_newline_is_no_matter(void)
{
	is(CLIENT, "shutdown rd", COMMAND_SHUTDOWN);
	is(SERVER, "use 1", COMMAND_USE);
	free(parsed.line);
	parsed.line = NULL;
}

const struct tap_test tests_parse[] = {
	{ "parse: the client sends what is no command, as it is",
		client_sends_what_is_no_command },
	{ "parse: data may hold NUL, and NUL is part of a word",
		data_may_hold_nul },
	{ "parse: an empty line does nothing", empty_lines_do_nothing },
	{ "parse: the server names an unknown command",
		server_refuses_unknown_commands },
	{ "parse: commands without arguments take none",
		commands_without_arguments_take_none },
	{ "parse: send takes the rest of the line as it is",
		send_takes_the_rest_of_the_line },
	{ "parse: C escapes hold in double quotes", quoted_text_has_c_escapes },
	{ "parse: bad quotes and escapes are named", bad_texts_are_named },
	{ "parse: shutdown says which half, wr if not said",
		shutdown_says_which_half },
	{ "parse: hold may be by a child", hold_may_be_by_a_child },
	{ "parse: a path may be quoted", paths_may_be_quoted },
	{ "parse: a path that is missing, empty or with NUL is named",
		bad_paths_are_named },
	{ "parse: save may have an end mark of one byte",
		save_may_have_an_end_mark },
	{ "parse: every takes a duration and a text",
		every_takes_a_duration_and_a_text },
	{ "parse: sleep takes a duration", sleep_takes_a_duration },
	{ "parse: wait says for what, and how long",
		wait_says_for_what_and_how_long },
	{ "parse: open takes host and port, or neither",
		open_takes_both_or_neither },
	{ "parse: open takes only ports that the command line takes too",
		open_takes_ports_that_the_command_line_takes },
	{ "parse: use takes a number", use_takes_a_number },
	{ "parse: open may go on in SYN_SENT", open_may_not_wait },
	{ "parse: seconds are whole, or off", seconds_are_whole_or_off },
	{ "parse: keepalive takes two times and a number, or off",
		keepalive_takes_up_to_three },
	{ "parse: a switch is on or off", switches_are_on_or_off },
	{ "parse: read and peek take a number of bytes, or nothing",
		read_and_peek_take_a_number_or_nothing },
	{ "parse: fill takes a number of bytes, or nothing",
		fill_takes_a_number_or_nothing },
	{ "parse: a call that blocks is recv, close or accept",
		calls_that_block_are_named },
	{ "parse: the listener closes or shuts down",
		the_listener_closes_or_shuts },
	{ "parse: help takes a command of its side",
		help_takes_a_command_of_its_side },
	{ "parse: an error shows the text, cut and escaped",
		errors_show_a_text_cut_and_escaped },
	{ "parse: what a command does not use is zero",
		what_a_command_does_not_use_is_zero },
	{ "parse: a line of 1 MiB is sent whole", a_mebibyte_is_sent_whole },
	{ "parse: a last line needs no newline",
		a_missing_newline_is_no_matter },
	{ NULL, NULL },
};
