/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a typed line to a command, without effects. */
#ifndef GRACE_PARSE_H
#define GRACE_PARSE_H

#include "command.h"
#include "token.h"

enum parse_result {
	PARSE_DONE,
	PARSE_EMPTY, /* the line holds nothing to act on */
	PARSE_ERROR,
};

#define PARSE_ERROR_SIZE TOKENS_ERROR_SIZE

/*
 * Parses one line of `len` bytes, which it may change; line[len] must be
 * writable too. At the client a line whose first word is no command is a
 * `send` of the whole line. With PARSE_ERROR, `error` (room for
 * PARSE_ERROR_SIZE, terminated) says what is wrong and where.
 */
enum parse_result parse_command(enum side side, char *line, size_t len,
	struct command *command, char *error);

#endif
