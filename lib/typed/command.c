/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command.h"

#include <string.h>

#define BOTH   SIDE_BOTH
#define CLIENT SIDE_CLIENT
#define SERVER SIDE_SERVER

/* clang-format off */
static const struct command_spec specs[] = {
	{ COMMAND_SEND, "send", "TEXT", "send TEXT; in double quotes "
		"C escapes hold", NULL, ARGUMENTS_TEXT, BOTH, true },
	{ COMMAND_CLOSE, "close", "", "close(2), once what is queued "
		"has been sent", NULL, ARGUMENTS_NONE, BOTH, true },
	{ COMMAND_SHUTDOWN, "shutdown", "[wr|rd|rdwr]", "shutdown(2), "
		"once what is queued has been sent; wr if not said",
		"wr rd rdwr", ARGUMENTS_HOW, BOTH, true },
	{ COMMAND_RESET, "reset", "", "abortive close, at once: "
		"SO_LINGER {1,0} and close(2)",
		NULL, ARGUMENTS_NONE, BOTH, true },
	{ COMMAND_HOLD, "hold", "[child]", "duplicate the descriptor, "
		"here or in a forked child",
		"child", ARGUMENTS_HOLD, BOTH, true },
	{ COMMAND_RELEASE, "release", "", "drop what hold holds",
		NULL, ARGUMENTS_NONE, BOTH, true },
	{ COMMAND_PAUSE, "pause", "", "stop reading the socket",
		NULL, ARGUMENTS_NONE, BOTH, true },
	{ COMMAND_RESUME, "resume", "", "go on reading the socket",
		NULL, ARGUMENTS_NONE, BOTH, true },
	{ COMMAND_READ, "read", "", "call recv(2) once, also after EOF",
		NULL, ARGUMENTS_NONE, BOTH, true },
	{ COMMAND_STATE, "state", "", "TCP state, unread and "
		"unacknowledged bytes, poll(2), SO_ERROR",
		NULL, ARGUMENTS_NONE, BOTH, true },
	{ COMMAND_PROBE, "probe", "", "after EOF: half-close or full "
		"close? writes one byte, waits one round trip",
		NULL, ARGUMENTS_NONE, BOTH, false },
	{ COMMAND_SENDFILE, "sendfile", "PATH", "send a file",
		NULL, ARGUMENTS_PATH, BOTH, true },
	{ COMMAND_SAVE, "save", "PATH [until CHARACTER]", "write what "
		"arrives to a file", NULL, ARGUMENTS_SAVE, BOTH, true },
	{ COMMAND_REPLY, "reply", "", "answer the oldest message that "
		"is owed an answer", NULL, ARGUMENTS_NONE, SERVER, true },
	{ COMMAND_EVERY, "every", "DURATION TEXT", "send TEXT again and "
		"again until the connection refuses it or a line is typed",
		NULL, ARGUMENTS_EVERY, CLIENT, false },
	{ COMMAND_SLEEP, "sleep", "DURATION", "act on the next line "
		"after this time", NULL, ARGUMENTS_DURATION, BOTH, false },
	{ COMMAND_WAIT, "wait", "reply|eof|reset [DURATION]", "act on the "
		"next line once this has come", "reply eof reset",
		ARGUMENTS_WAIT, BOTH, false },
	{ COMMAND_OPEN, "open", "[HOST PORT]", "a new connection after "
		"the last has ended", NULL, ARGUMENTS_ADDRESS, CLIENT, false },
	{ COMMAND_USE, "use", "N", "choose the connection that commands "
		"act on (default: the newest)",
		NULL, ARGUMENTS_NUMBER, SERVER, false },
	{ COMMAND_LIST, "list", "", "list the connections",
		NULL, ARGUMENTS_NONE, SERVER, false },
	{ COMMAND_QUIT, "quit", "", "exit at once without close: the "
		"kernel closes", NULL, ARGUMENTS_NONE, BOTH, false },
	{ COMMAND_HELP, "help", "[COMMAND]", "list the commands, or "
		"explain one", NULL, ARGUMENTS_TOPIC, BOTH, false },
};
/* clang-format on */

#define SPECS_END (specs + sizeof(specs) / sizeof(*specs))

const char *side_name(enum side side)
{
	return side == SIDE_SERVER ? "server" : "client";
}

const struct command_spec *command_next(
	enum side side, const struct command_spec *previous)
{
	const struct command_spec *spec = previous ? previous + 1 : specs;

	while (spec < SPECS_END && !(spec->sides & side))
		spec++;
	return spec < SPECS_END ? spec : NULL;
}

const struct command_spec *command_find(
	enum side side, const char *name, size_t len)
{
	const struct command_spec *spec = NULL;

	while ((spec = command_next(side, spec)))
		if (strlen(spec->name) == len && !memcmp(spec->name, name, len))
			return spec;
	return NULL;
}
