/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/base/names.h"

#include "lib/net/state.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/socket.h>

#include "tests/unit/tap.h"

static void errors_are_named(void)
{
	EXPECT_TEXT("EPIPE", names_errno(EPIPE));
	EXPECT_TEXT("ECONNRESET", names_errno(ECONNRESET));
	EXPECT_TEXT("ECONNREFUSED", names_errno(ECONNREFUSED));
	EXPECT_TEXT("EADDRINUSE", names_errno(EADDRINUSE));
	EXPECT_TEXT("ENOTCONN", names_errno(ENOTCONN));
	EXPECT_TEXT("EAGAIN", names_errno(EAGAIN));
	EXPECT_TEXT("EMFILE", names_errno(EMFILE));
	EXPECT_TEXT("E?", names_errno(99999));
	EXPECT_TEXT("E?", names_errno(-1));
}

static void errors_are_described(void)
{
	char out[NAMES_DESCRIPTION_SIZE];

	EXPECT_TEXT("EPIPE (Broken pipe)", names_describe(out, EPIPE));
	EXPECT_TEXT("EADDRINUSE (Address already in use)",
		names_describe(out, EADDRINUSE));
	EXPECT(names_describe(out, EPIPE) == out);
	EXPECT(strlen(names_describe(out, 99999)) < sizeof(out));
}

static void signals_are_named_both_ways(void)
{
	static const struct {
		int number;
		const char *name;
	} list[] = {
		{ SIGPIPE, "SIGPIPE" },
		{ SIGKILL, "SIGKILL" },
		{ SIGTERM, "SIGTERM" },
		{ SIGINT, "SIGINT" },
		{ SIGSTOP, "SIGSTOP" },
		{ SIGCONT, "SIGCONT" },
		{ SIGHUP, "SIGHUP" },
	};

	for (size_t i = 0; i < sizeof(list) / sizeof(*list); i++) {
		tap_case("%s", list[i].name);
		EXPECT_TEXT(list[i].name, names_signal(list[i].number));
		EXPECT_INT(list[i].number, names_signal_number(list[i].name));
		EXPECT_INT(
			list[i].number, names_signal_number(list[i].name + 3));
	}
}

static void unknown_signals_are_told_apart(void)
{
	EXPECT_TEXT("SIG?", names_signal(0));
	EXPECT_TEXT("SIG?", names_signal(9999));
	EXPECT_INT(0, names_signal_number(""));
	EXPECT_INT(0, names_signal_number("SIG"));
	EXPECT_INT(0, names_signal_number("SIGNOTHING"));
	EXPECT_INT(0, names_signal_number("sigpipe"));
	EXPECT_INT(0, names_signal_number("9"));
}

static void every_tcp_state_is_named(void)
{
	static const char *const states[] = {
		[TCP_ESTABLISHED] = "ESTABLISHED",
		[TCP_SYN_SENT] = "SYN_SENT",
		[TCP_SYN_RECV] = "SYN_RECV",
		[TCP_FIN_WAIT1] = "FIN_WAIT1",
		[TCP_FIN_WAIT2] = "FIN_WAIT2",
		[TCP_TIME_WAIT] = "TIME_WAIT",
		[TCP_CLOSE] = "CLOSE",
		[TCP_CLOSE_WAIT] = "CLOSE_WAIT",
		[TCP_LAST_ACK] = "LAST_ACK",
		[TCP_LISTEN] = "LISTEN",
		[TCP_CLOSING] = "CLOSING",
	};

	for (int i = TCP_ESTABLISHED; i <= TCP_CLOSING; i++)
		EXPECT_TEXT(states[i], state_name((enum tcp_state)i));
	EXPECT_TEXT("gone", state_name(STATE_GONE));
	EXPECT_TEXT("unknown", state_name(STATE_UNKNOWN));
	EXPECT_TEXT("?", state_name((enum tcp_state)200));
}

static void every_shutdown_is_named(void)
{
	EXPECT_TEXT("SHUT_RD", names_shutdown(SHUT_RD));
	EXPECT_TEXT("SHUT_WR", names_shutdown(SHUT_WR));
	EXPECT_TEXT("SHUT_RDWR", names_shutdown(SHUT_RDWR));
}

const struct tap_test tests_names[] = {
	{ "names: errors are named, unknown ones E?", errors_are_named },
	{ "names: an error is described by name and message",
		errors_are_described },
	{ "names: signals are named, and found with and without SIG",
		signals_are_named_both_ways },
	{ "names: unknown signals are SIG?, and 0",
		unknown_signals_are_told_apart },
	{ "names: every TCP state is named as ss(8) and RFC 9293 have it",
		every_tcp_state_is_named },
	{ "names: every direction of shutdown(2) is named",
		every_shutdown_is_named },
	{ NULL, NULL },
};
