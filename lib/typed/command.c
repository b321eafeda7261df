/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command.h"

#include <string.h>

#include "lib/text/near.h"

static const struct command_spec specs[] = {
	{ .id = COMMAND_SEND,
		.name = "send",
		.synopsis = "TEXT",
		.help = "send TEXT; in double quotes C escapes hold",
		.arguments = ARGUMENTS_TEXT,
		.sides = COMMAND_BOTH,
		.on_connection = true },
	{ .id = COMMAND_CLOSE,
		.name = "close",
		.synopsis = "",
		.help = "close(2), once what is queued has been sent",
		.arguments = ARGUMENTS_NONE,
		.sides = COMMAND_BOTH,
		.on_connection = true },
	{ .id = COMMAND_SHUTDOWN,
		.name = "shutdown",
		.synopsis = "[wr|rd|rdwr]",
		.help = "shutdown(2), once what is queued has been sent; wr if "
			"not said",
		.words = "wr rd rdwr",
		.arguments = ARGUMENTS_HOW,
		.sides = COMMAND_BOTH,
		.on_connection = true },
	{ .id = COMMAND_RESET,
		.name = "reset",
		.synopsis = "",
		.help = "abortive close, at once: SO_LINGER {1,0} and close(2)",
		.arguments = ARGUMENTS_NONE,
		.sides = COMMAND_BOTH,
		.on_connection = true },
	{ .id = COMMAND_HOLD,
		.name = "hold",
		.synopsis = "[child]",
		.help = "duplicate the descriptor, here or in a forked child",
		.words = "child",
		.arguments = ARGUMENTS_HOLD,
		.sides = COMMAND_BOTH,
		.on_connection = true },
	{ .id = COMMAND_RELEASE,
		.name = "release",
		.synopsis = "",
		.help = "drop what hold holds",
		.arguments = ARGUMENTS_NONE,
		.sides = COMMAND_BOTH,
		.on_connection = true },
	{ .id = COMMAND_PAUSE,
		.name = "pause",
		.synopsis = "",
		.help = "stop reading the socket",
		.arguments = ARGUMENTS_NONE,
		.sides = COMMAND_BOTH,
		.on_connection = true },
	{ .id = COMMAND_RESUME,
		.name = "resume",
		.synopsis = "",
		.help = "go on reading the socket",
		.arguments = ARGUMENTS_NONE,
		.sides = COMMAND_BOTH,
		.on_connection = true },
	{ .id = COMMAND_READ,
		.name = "read",
		.synopsis = "[BYTES]",
		.help = "call recv(2) once, for at most BYTES; also after EOF",
		.arguments = ARGUMENTS_BYTES,
		.sides = COMMAND_BOTH,
		.on_connection = true },
	{ .id = COMMAND_PEEK,
		.name = "peek",
		.synopsis = "[BYTES]",
		.help = "the same with MSG_PEEK: what is there stays there",
		.arguments = ARGUMENTS_BYTES,
		.sides = COMMAND_BOTH,
		.on_connection = true },
	{ .id = COMMAND_STATE,
		.name = "state",
		.synopsis = "",
		.help = "TCP state, unread and unacknowledged bytes, poll(2), "
			"SO_ERROR",
		.arguments = ARGUMENTS_NONE,
		.sides = COMMAND_BOTH,
		.on_connection = true },
	{ .id = COMMAND_PROBE,
		.name = "probe",
		.synopsis = "",
		.help = "after EOF: half-close or full close? writes one byte, "
			"waits one round trip",
		.arguments = ARGUMENTS_NONE,
		.sides = COMMAND_BOTH },
	{ .id = COMMAND_SENDFILE,
		.name = "sendfile",
		.synopsis = "PATH",
		.help = "send a file",
		.arguments = ARGUMENTS_PATH,
		.sides = COMMAND_BOTH,
		.on_connection = true },
	{ .id = COMMAND_SAVE,
		.name = "save",
		.synopsis = "[PATH [until CHARACTER]]",
		.help = "write what arrives to a file; alone: end that",
		.arguments = ARGUMENTS_SAVE,
		.sides = COMMAND_BOTH,
		.on_connection = true },
	{ .id = COMMAND_FILL,
		.name = "fill",
		.synopsis = "[BYTES]",
		.help = "send so many bytes, or until the kernel takes no more",
		.arguments = ARGUMENTS_BYTES,
		.sides = COMMAND_BOTH,
		.on_connection = true },
	{ .id = COMMAND_MORE,
		.name = "more",
		.synopsis = "",
		.help = "the next send has MSG_MORE: its data wait for what "
			"follows, such as FIN",
		.arguments = ARGUMENTS_NONE,
		.sides = COMMAND_BOTH,
		.on_connection = true },
	{ .id = COMMAND_BLOCK,
		.name = "block",
		.synopsis = "recv|close",
		.help = "make a call that blocks, in a thread of its own",
		.words = "recv close",
		.arguments = ARGUMENTS_BLOCK,
		.sides = COMMAND_BOTH,
		.on_connection = true },
	{ .id = COMMAND_LINGER,
		.name = "linger",
		.synopsis = "SECONDS|off",
		.help = "SO_LINGER: close(2) waits so long for what is unsent; "
			"0 discards it and resets",
		.words = "off",
		.arguments = ARGUMENTS_SECONDS_OR_OFF,
		.sides = COMMAND_BOTH,
		.on_connection = true },
	{ .id = COMMAND_LINGER2,
		.name = "linger2",
		.synopsis = "SECONDS|off",
		.help = "TCP_LINGER2: how long an orphan stays in FIN_WAIT2",
		.words = "off",
		.arguments = ARGUMENTS_SECONDS_OR_OFF,
		.sides = COMMAND_BOTH,
		.on_connection = true },
	{ .id = COMMAND_KEEPALIVE,
		.name = "keepalive",
		.synopsis = "[off|SECONDS [SECONDS [N]]]",
		.help = "SO_KEEPALIVE: idle for so long, then N probes at this "
			"interval",
		.words = "off",
		.arguments = ARGUMENTS_KEEPALIVE,
		.sides = COMMAND_BOTH,
		.on_connection = true },
	{ .id = COMMAND_USER_TIMEOUT,
		.name = "user-timeout",
		.synopsis = "DURATION",
		.help = "TCP_USER_TIMEOUT: how long sent data may stay "
			"unacknowledged; 0 is the kernel's",
		.arguments = ARGUMENTS_DURATION,
		.sides = COMMAND_BOTH,
		.on_connection = true },
	{ .id = COMMAND_QUICKACK,
		.name = "quickack",
		.synopsis = "on|off",
		.help = "TCP_QUICKACK: acknowledge at once, or let ACKs wait "
			"for data",
		.words = "on off",
		.arguments = ARGUMENTS_SWITCH,
		.sides = COMMAND_BOTH,
		.on_connection = true },
	{ .id = COMMAND_BLOCKING,
		.name = "blocking",
		.synopsis = "on|off",
		.help = "clear O_NONBLOCK, or set it as it was",
		.words = "on off",
		.arguments = ARGUMENTS_SWITCH,
		.sides = COMMAND_BOTH,
		.on_connection = true },
	{ .id = COMMAND_REPLY,
		.name = "reply",
		.synopsis = "",
		.help = "answer the oldest message that is owed an answer",
		.arguments = ARGUMENTS_NONE,
		.sides = COMMAND_SERVER,
		.on_connection = true },
	{ .id = COMMAND_EVERY,
		.name = "every",
		.synopsis = "DURATION TEXT",
		.help = "send TEXT again and again until the connection "
			"refuses it or a line is typed",
		.arguments = ARGUMENTS_EVERY,
		.sides = COMMAND_CLIENT },
	{ .id = COMMAND_SLEEP,
		.name = "sleep",
		.synopsis = "DURATION",
		.help = "act on the next line after this time",
		.arguments = ARGUMENTS_DURATION,
		.sides = COMMAND_BOTH },
	{ .id = COMMAND_WAIT,
		.name = "wait",
		.synopsis = "reply|eof|reset [DURATION]",
		.help = "act on the next line once this has come",
		.words = "reply eof reset",
		.arguments = ARGUMENTS_WAIT,
		.sides = COMMAND_BOTH },
	{ .id = COMMAND_OPEN,
		.name = "open",
		.synopsis = "[--nowait] [HOST PORT|HOST:PORT|unix:PATH]",
		.help = "a new connection after the last has ended; --nowait: "
			"go on in SYN_SENT",
		.words = "--nowait",
		.arguments = ARGUMENTS_OPEN,
		.sides = COMMAND_CLIENT },
	{ .id = COMMAND_ACCEPT,
		.name = "accept",
		.synopsis = "[block]",
		.help = "call accept(2) once; block: in a thread of its own, "
			"until somebody comes",
		.words = "block",
		.arguments = ARGUMENTS_ACCEPT,
		.sides = COMMAND_SERVER },
	{ .id = COMMAND_LISTENER,
		.name = "listener",
		.synopsis = "close|shutdown [wr|rd|rdwr]",
		.help = "close(2) or shutdown(2) of the listening socket; rdwr "
			"if not said",
		.words = "close shutdown wr rd rdwr",
		.arguments = ARGUMENTS_LISTENER,
		.sides = COMMAND_SERVER },
	{ .id = COMMAND_USE,
		.name = "use",
		.synopsis = "N",
		.help = "choose the connection that commands act on (default: "
			"the newest)",
		.arguments = ARGUMENTS_NUMBER,
		.sides = COMMAND_SERVER },
	{ .id = COMMAND_LIST,
		.name = "list",
		.synopsis = "",
		.help = "list the connections",
		.arguments = ARGUMENTS_NONE,
		.sides = COMMAND_SERVER },
	{ .id = COMMAND_QUIT,
		.name = "quit",
		.synopsis = "",
		.help = "exit at once without close: the kernel closes",
		.arguments = ARGUMENTS_NONE,
		.sides = COMMAND_BOTH },
	{ .id = COMMAND_HELP,
		.name = "help",
		.synopsis = "[COMMAND]",
		.help = "list the commands, or explain one",
		.arguments = ARGUMENTS_TOPIC,
		.sides = COMMAND_BOTH },
};

#define SPECS_END (specs + sizeof(specs) / sizeof(*specs))

const struct command_spec *command_next(
	unsigned sides, const struct command_spec *previous)
{
	const struct command_spec *spec = previous ? previous + 1 : specs;

	while (spec < SPECS_END && !(spec->sides & sides))
		spec++;
	return spec < SPECS_END ? spec : NULL;
}

const struct command_spec *command_find(
	enum side side, const char *name, size_t len)
{
	const struct command_spec *spec = NULL;

	while ((spec = command_next(1u << side, spec)))
		if (strlen(spec->name) == len && !memcmp(spec->name, name, len))
			return spec;
	return NULL;
}

const char *command_near(enum side side, const char *word, size_t len)
{
	static const char *const others[][2] = {
		{ "exit", "quit" },
		{ "bye", "quit" },
		{ "logout", "quit" },
		{ "?", "help" },
	};
	const struct command_spec *spec = NULL;
	char typed[24];

	if (len >= sizeof(typed) || memchr(word, '\0', len))
		return NULL;
	memcpy(typed, word, len);
	typed[len] = '\0';
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		if (!strcmp(others[i][0], typed))
			return others[i][1];
	while ((spec = command_next(1u << side, spec)))
		if (near_is(typed, spec->name))
			return spec->name;
	return NULL;
}
