/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is explored of an experiment: each side's typed lines and signals, and
 * how its program was started. Reads, replies and what must be seen are left
 * out: an explorer finds them.
 */
#ifndef GRACELAB_SCRIPT_H
#define GRACELAB_SCRIPT_H

#include "gracelab/experiment/experiment.h"
#include "lib/base/signals.h"
#include "lib/typed/parse.h"

enum script_kind {
	SCRIPT_COMMAND,
	SCRIPT_NOTHING, /* an empty line */
	SCRIPT_KILL,    /* a signal, which ends the program */
};

struct script_line {
	enum script_kind kind;
	struct command command; /* COMMAND */
	const struct step *step;
};

struct script_commands {
	struct command *list; /* owned */
	size_t count;
};

struct script_side {
	struct script_line *lines; /* owned */
	size_t count;
	/* IGNORE, DEFAULT, HANDLE or NOSIGNAL: what is inherited is known. */
	enum sigpipe_policy sigpipe;
};

/* Why an experiment of TLS has no table. */
#define SCRIPT_NO_TLS                                                      \
	"what TLS has refused to send stands in no call, and so no table " \
	"would be true"

struct script {
	const struct experiment *experiment; /* borrowed */
	struct script_side sides[SIDES];
	/* The server's program: */
	const char *greeting;
	bool answers; /* not with --delay=never */
	bool once;    /* it ends with its connection */
	struct script_commands on_accept, on_eof;
	bool needs_files; /* a line names one */
	char **texts;     /* owned: what the commands point into */
	size_t text_count;
};

/*
 * Fills `script`, for script_free(). `wired`: with a wire. False where the
 * experiment cannot be explored: `*error`, for the caller to free, says which
 * line, and why; NULL there: no memory.
 */
bool script_read(struct script *script, const struct experiment *experiment,
	bool wired, char **error);

void script_free(struct script *script);

/* script_options.c: the programs' head lines, for script_read(). */
bool script_read_options(struct script *script, char **error);

/*
 * Parses a copy of `text`, which the script owns then. PARSE_ERROR with the
 * reason in `error`, also without memory.
 */
enum parse_result script_parse(struct script *script, enum side side,
	const char *text, struct command *command, char *error);

#endif
