/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/event/wording.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>

#include "lib/net/tcp.h"
#include "tests/unit/tap.h"

/* One line that an event has to say. */
struct said {
	enum side side;
	struct event event;
	enum wording_kind kind;
	const char *text;
};

static const struct said list[] = {
	{ SERVER, { .kind = EVENT_LISTEN, .detail = "127.0.0.1:43211" },
		WORDING_LINE, "listening on 127.0.0.1:43211" },
	{ CLIENT, { .kind = EVENT_SEND, .bytes = 5 }, WORDING_LINE,
		"send bytes: 5" },
	{ CLIENT, { .kind = EVENT_RECV, .data = "Hi\n", .bytes = 3 },
		WORDING_RECEIVED, "Hi\\n" },
	{ SERVER, { .kind = EVENT_RECV, .data = "data1", .bytes = 5 },
		WORDING_LINE, "received 5 bytes: data1" },
	{ SERVER,
		{ .kind = EVENT_RECV, .data = "data1", .bytes = 5, .saved = 4 },
		WORDING_LINE, "received 1 bytes: 1" },
	{ CLIENT, { .kind = EVENT_EOF }, WORDING_LINE, "server terminated" },
	{ SERVER, { .kind = EVENT_EOF }, WORDING_LINE, "client closed" },
	{ CLIENT, { .kind = EVENT_EOF, .detail = "ours" }, WORDING_NOTE,
		"recv = 0: ours" },
	{ CLIENT,
		{ .kind = EVENT_WOULD_BLOCK, .call = "send", .error = EAGAIN },
		WORDING_NOTE, "send: EAGAIN: would block" },
	{ CLIENT,
		{ .kind = EVENT_WOULD_BLOCK,
			.call = "connect",
			.error = EINPROGRESS },
		WORDING_NOTE, "connect: EINPROGRESS: under way" },
	{ CLIENT, { .kind = EVENT_ERROR, .call = "send", .error = EPIPE },
		WORDING_BAD_CALL, "send: EPIPE (Broken pipe)" },
	{ SERVER,
		{ .kind = EVENT_SHUTDOWN,
			.detail = "SHUT_WR",
			.state = STATE_FIN_WAIT2 },
		WORDING_NOTE, "shutdown(SHUT_WR) = 0: FIN_WAIT2" },
	{ SERVER, { .kind = EVENT_CLOSE }, WORDING_NOTE, "close = 0" },
	{ SERVER, { .kind = EVENT_RESET }, WORDING_NOTE,
		"close with SO_LINGER {1, 0} = 0" },
	{ CLIENT,
		{ .kind = EVENT_OPTION,
			.call = "setsockopt",
			.detail = "SO_LINGER {1, 2}",
			.state = STATE_ESTABLISHED },
		WORDING_NOTE, "setsockopt(SO_LINGER {1, 2}) = 0: ESTABLISHED" },
	{ SERVER, { .kind = EVENT_LISTENER, .call = "close" }, WORDING_NOTE,
		"close of the listening socket = 0" },
	{ CLIENT, { .kind = EVENT_QUEUED, .bytes = 7 }, WORDING_NOTE,
		"7 bytes are queued" },
	{ CLIENT, { .kind = EVENT_UNSENT, .bytes = 7 }, WORDING_NOTE,
		"7 bytes were never sent" },
	{ CLIENT,
		{ .kind = EVENT_SAVED,
			.saved = 3,
			.bytes = 4,
			.detail = "a\x1b" },
		WORDING_NOTE, "save: 3 of 4 bytes are in a\\x1b" },
	{ CLIENT,
		{ .kind = EVENT_FAILURE,
			.call = "write to",
			.detail = "f",
			.error = ENOSPC },
		WORDING_COMPLAINT,
		"cannot write to f: ENOSPC (No space left on device)" },
	{ CLIENT,
		{ .kind = EVENT_PROBE,
			.probe = PROBE_HALF,
			.detail = "half-close: ..." },
		WORDING_ANSWER, "probe: half-close: ..." },
	{ CLIENT, { .kind = EVENT_STATE, .detail = "CLOSE, ..." },
		WORDING_ANSWER, "state: CLOSE, ..." },
	{ SERVER, { .kind = EVENT_SIGNAL, .signal = SIGPIPE }, WORDING_LINE,
		"caught SIGPIPE" },
};

static void each_event_has_its_words(void)
{
	for (size_t i = 0; i < sizeof(list) / sizeof(*list); i++) {
		struct wording words[WORDINGS_MAX];

		tap_case("%s", list[i].text);
		EXPECT_INT(1,
			wording_of(&list[i].event, list[i].side, true, words));
		EXPECT_INT(list[i].kind, words[0].kind);
		EXPECT_TEXT(list[i].text, words[0].text);
	}
}

static void notes_are_left_out_where_nobody_wants_them(void)
{
	for (size_t i = 0; i < sizeof(list) / sizeof(*list); i++) {
		struct wording words[WORDINGS_MAX];

		tap_case("%s", list[i].text);
		EXPECT_INT(list[i].kind != WORDING_NOTE,
			wording_of(&list[i].event, list[i].side, false, words));
	}
}

static void some_say_nothing_or_more(void)
{
	struct wording words[WORDINGS_MAX];
	static const struct event silent[] = {
		{ .kind = EVENT_DONE, .line = 1 },
		{ .kind = EVENT_EXIT },
		{ .kind = EVENT_RECV, .bytes = 5 },
		{ .kind = EVENT_RECV, .data = "x", .bytes = 1, .saved = 1 },
		{ .kind = EVENT_ERROR, .error = EMFILE, .said = true },
	};

	for (size_t i = 0; i < sizeof(silent) / sizeof(*silent); i++)
		EXPECT_INT(0, wording_of(&silent[i], CLIENT, true, words));
	EXPECT_INT(3,
		wording_of(&(struct event){ .kind = EVENT_EOF,
				   .in_thread = true,
				   .took_s = 1.5,
				   .state = STATE_CLOSE_WAIT },
			CLIENT, true, words));
	EXPECT_TEXT(
		"the call in a thread returned after 1.500 s", words[0].text);
	EXPECT_TEXT("server terminated", words[1].text);
	EXPECT_TEXT("state: CLOSE_WAIT", words[2].text);
	EXPECT_INT(2,
		wording_of(&(struct event){ .kind = EVENT_PROBE,
				   .probe = PROBE_FULL,
				   .error = EPIPE,
				   .detail = "full" },
			CLIENT, true, words));
	EXPECT_TEXT("SO_ERROR: EPIPE", words[0].text);
}

static void poll_flags_have_names_both_ways(void)
{
	static const struct {
		short flags;
		const char *text;
	} flags[] = {
		{ 0, "nothing" },
		{ POLLIN, "IN" },
		{ POLLIN | POLLRDHUP, "IN|RDHUP" },
		{ POLLIN | POLLOUT | POLLRDHUP | POLLHUP | POLLERR,
			"IN|OUT|RDHUP|HUP|ERR" },
	};
	static const char *const bad[] = { "", "in", "IN|", "|IN", "IN|NO",
		"nothing|IN", "IN OUT" };
	char text[TCP_POLL_SIZE];
	short parsed = 77;

	for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++) {
		tcp_poll_text(flags[i].flags, text);
		EXPECT_TEXT(flags[i].text, text);
		EXPECT(tcp_poll_parse(flags[i].text, &parsed));
		EXPECT_INT(flags[i].flags, parsed);
	}
	parsed = 77;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		tap_case("'%s'", bad[i]);
		EXPECT(!tcp_poll_parse(bad[i], &parsed));
		EXPECT_INT(77, parsed);
	}
}

const struct tap_test tests_wording[] = {
	{ "wording: each event has its words", each_event_has_its_words },
	{ "wording: notes are left out where nobody wants them",
		notes_are_left_out_where_nobody_wants_them },
	{ "wording: some events say nothing, some more than one line",
		some_say_nothing_or_more },
	{ "tcp: the flags of poll(2) have names, both ways",
		poll_flags_have_names_both_ways },
	{ NULL, NULL },
};
