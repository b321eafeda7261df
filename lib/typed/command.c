/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command.h"

#include <string.h>

/* clang-format off */
static const struct command_spec specs[] = {
	{ COMMAND_SEND, "send", "TEXT", "send TEXT; in double quotes "
		"C escapes hold", NULL, ARGUMENTS_TEXT, COMMAND_BOTH, true },
	{ COMMAND_CLOSE, "close", "", "close(2), once what is queued "
		"has been sent", NULL, ARGUMENTS_NONE, COMMAND_BOTH, true },
	{ COMMAND_SHUTDOWN, "shutdown", "[wr|rd|rdwr]", "shutdown(2), "
		"once what is queued has been sent; wr if not said",
		"wr rd rdwr", ARGUMENTS_HOW, COMMAND_BOTH, true },
	{ COMMAND_RESET, "reset", "", "abortive close, at once: "
		"SO_LINGER {1,0} and close(2)",
		NULL, ARGUMENTS_NONE, COMMAND_BOTH, true },
	{ COMMAND_HOLD, "hold", "[child]", "duplicate the descriptor, "
		"here or in a forked child",
		"child", ARGUMENTS_HOLD, COMMAND_BOTH, true },
	{ COMMAND_RELEASE, "release", "", "drop what hold holds",
		NULL, ARGUMENTS_NONE, COMMAND_BOTH, true },
	{ COMMAND_PAUSE, "pause", "", "stop reading the socket",
		NULL, ARGUMENTS_NONE, COMMAND_BOTH, true },
	{ COMMAND_RESUME, "resume", "", "go on reading the socket",
		NULL, ARGUMENTS_NONE, COMMAND_BOTH, true },
	{ COMMAND_READ, "read", "", "call recv(2) once, also after EOF",
		NULL, ARGUMENTS_NONE, COMMAND_BOTH, true },
	{ COMMAND_STATE, "state", "", "TCP state, unread and "
		"unacknowledged bytes, poll(2), SO_ERROR",
		NULL, ARGUMENTS_NONE, COMMAND_BOTH, true },
	{ COMMAND_PROBE, "probe", "", "after EOF: half-close or full "
		"close? writes one byte, waits one round trip",
		NULL, ARGUMENTS_NONE, COMMAND_BOTH, false },
	{ COMMAND_SENDFILE, "sendfile", "PATH", "send a file",
		NULL, ARGUMENTS_PATH, COMMAND_BOTH, true },
	{ COMMAND_SAVE, "save", "PATH [until CHARACTER]", "write what "
		"arrives to a file", NULL, ARGUMENTS_SAVE, COMMAND_BOTH, true },
	{ COMMAND_REPLY, "reply", "", "answer the oldest message that "
		"is owed an answer", NULL, ARGUMENTS_NONE, COMMAND_SERVER, true },
	{ COMMAND_EVERY, "every", "DURATION TEXT", "send TEXT again and "
		"again until the connection refuses it or a line is typed",
		NULL, ARGUMENTS_EVERY, COMMAND_CLIENT, false },
	{ COMMAND_SLEEP, "sleep", "DURATION", "act on the next line "
		"after this time", NULL, ARGUMENTS_DURATION, COMMAND_BOTH, false },
	{ COMMAND_WAIT, "wait", "reply|eof|reset [DURATION]", "act on the "
		"next line once this has come", "reply eof reset",
		ARGUMENTS_WAIT, COMMAND_BOTH, false },
	{ COMMAND_OPEN, "open", "[HOST PORT]", "a new connection after "
		"the last has ended", NULL, ARGUMENTS_ADDRESS, COMMAND_CLIENT, false },
	{ COMMAND_USE, "use", "N", "choose the connection that commands "
		"act on (default: the newest)",
		NULL, ARGUMENTS_NUMBER, COMMAND_SERVER, false },
	{ COMMAND_LIST, "list", "", "list the connections",
		NULL, ARGUMENTS_NONE, COMMAND_SERVER, false },
	{ COMMAND_QUIT, "quit", "", "exit at once without close: the "
		"kernel closes", NULL, ARGUMENTS_NONE, COMMAND_BOTH, false },
	{ COMMAND_HELP, "help", "[COMMAND]", "list the commands, or "
		"explain one", NULL, ARGUMENTS_TOPIC, COMMAND_BOTH, false },
};
/* clang-format on */

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
