/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The commands of both programs: one table. */
#ifndef GRACE_COMMAND_H
#define GRACE_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/side.h"
#include "lib/conn/threads.h"

enum command_id {
	COMMAND_SEND,
	COMMAND_CLOSE,
	COMMAND_SHUTDOWN,
	COMMAND_RESET,
	COMMAND_HOLD,
	COMMAND_RELEASE,
	COMMAND_PAUSE,
	COMMAND_RESUME,
	COMMAND_READ,
	COMMAND_PEEK,
	COMMAND_STATE,
	COMMAND_PROBE,
	COMMAND_SENDFILE,
	COMMAND_SAVE,
	COMMAND_REPLY,
	COMMAND_EVERY,
	COMMAND_SLEEP,
	COMMAND_WAIT,
	COMMAND_OPEN,
	COMMAND_FILL,
	COMMAND_MORE,
	COMMAND_LINGER,
	COMMAND_LINGER2,
	COMMAND_KEEPALIVE,
	COMMAND_USER_TIMEOUT,
	COMMAND_QUICKACK,
	COMMAND_BLOCKING,
	COMMAND_BLOCK,
	COMMAND_ACCEPT,
	COMMAND_LISTENER,
	COMMAND_USE,
	COMMAND_LIST,
	COMMAND_QUIT,
	COMMAND_HELP,
};

/* How a command's arguments are read. */
enum command_arguments {
	ARGUMENTS_NONE,
	ARGUMENTS_TEXT,
	ARGUMENTS_HOW,
	ARGUMENTS_HOLD,
	ARGUMENTS_PATH,
	ARGUMENTS_SAVE,
	ARGUMENTS_EVERY,
	ARGUMENTS_DURATION,
	ARGUMENTS_WAIT,
	ARGUMENTS_OPEN,
	ARGUMENTS_NUMBER,
	ARGUMENTS_TOPIC,
	ARGUMENTS_SWITCH,
	ARGUMENTS_SECONDS_OR_OFF,
	ARGUMENTS_KEEPALIVE,
	ARGUMENTS_BYTES,
	ARGUMENTS_BLOCK,
	ARGUMENTS_ACCEPT,
	ARGUMENTS_LISTENER,
};

/* Who reads a command, as a set. */
#define COMMAND_CLIENT (1u << CLIENT)
#define COMMAND_SERVER (1u << SERVER)
#define COMMAND_BOTH   (COMMAND_CLIENT | COMMAND_SERVER)

struct command_spec {
	enum command_id id;
	const char *name;
	const char *synopsis; /* of the arguments; "" if there are none */
	const char *help;     /* one line */
	const char *words;    /* that complete the arguments, or NULL */
	enum command_arguments arguments;
	unsigned sides;     /* who reads it: COMMAND_CLIENT, COMMAND_SERVER */
	bool on_connection; /* acts at once on one connection only */
};

/* What `wait` waits for. */
enum awaited { AWAIT_REPLY, AWAIT_EOF, AWAIT_RESET };

/*
 * A parsed command. Its texts point into the line that was parsed; all but
 * `text` are terminated. What a command does not use is zero.
 */
struct command {
	const struct command_spec *spec;
	bool implied; /* send: the line is no command, and sent as it is */
	char *text;   /* send, every: the bytes, `text_bytes` of them */
	size_t text_bytes;
	char *path;            /* sendfile, save; NULL: save is to end */
	char *host, *port;     /* open, both or neither */
	bool nowait;           /* open */
	int how;               /* shutdown, listener: SHUT_RD, SHUT_WR, ... */
	bool block;            /* accept: in a thread */
	bool closes;           /* listener: close(2) instead */
	int until;             /* save: the end mark's byte value, or -1 */
	bool child;            /* hold: by a child */
	enum awaited await;    /* wait */
	int64_t duration_ms;   /* every, sleep, linger, linger2, user-timeout;
				* wait: -1 is for ever; keepalive: until the
				* first probe, -1 is the kernel's */
	int64_t interval_ms;   /* keepalive: between probes, or -1 */
	unsigned number;       /* use; fill, read, peek: bytes, keepalive:
				* probes, or 0 */
	bool on;               /* linger, linger2, keepalive, quickack, ... */
	enum thread_call call; /* block */
	const struct command_spec *topic; /* help, or NULL */
};

/*
 * The entry after `previous` that one of the set `sides` reads, the first for
 * NULL; NULL at the end.
 */
const struct command_spec *command_next(
	unsigned sides, const struct command_spec *previous);

/* The entry of `side` with just this name, of `len` bytes, or NULL. */
const struct command_spec *command_find(
	enum side side, const char *name, size_t len);

/*
 * The name of the command of `side` that a word of `len` bytes may stand for,
 * though it is none: misspelt, or what other programs call it. Or NULL.
 */
const char *command_near(enum side side, const char *word, size_t len);

#endif
