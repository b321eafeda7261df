/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The words of a typed line, bare or in double quotes with C's escapes. */
#ifndef GRACE_TOKEN_H
#define GRACE_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TOKENS_ERROR_SIZE 256

/* What remains of a line: `at` moves, `end` points to the writable byte. */
struct tokens {
	char *at, *end;
	const char *command; /* for errors */
	char *error;         /* room for TOKENS_ERROR_SIZE */
};

struct token {
	char *text; /* NULL: there is none; not terminated */
	size_t len;
};

/* Writes `COMMAND: WHAT 'SHOWN'`; returns false, for the caller to return. */
bool tokens_fail(
	struct tokens *tokens, const char *what, const char *shown, size_t len);

/* True, with `at` on the next token, if there is one. */
bool tokens_more(struct tokens *tokens);

/* False, with the error, if anything is left. */
bool tokens_expect_end(struct tokens *tokens);

/* Takes the next token, if there is one; false where it is misquoted. */
bool tokens_take(struct tokens *tokens, struct token *token);

/* Takes a quoted text, whose opening quote `at` stands on. */
bool tokens_take_quoted(struct tokens *tokens, struct token *token);

/*
 * Takes a token that must be there and terminates it, which may overwrite the
 * space or quote behind it; refuses one that holds NUL. `what` is the error's
 * text, such as "expected a path, not".
 */
bool tokens_take_string(struct tokens *tokens, const char *what, char **string);

/* The same of a duration, of a whole number of seconds, and of a number. */
bool tokens_take_duration(struct tokens *tokens, int64_t *duration_ms);
bool tokens_take_seconds(struct tokens *tokens, int64_t *duration_ms);
bool tokens_take_number(
	struct tokens *tokens, const char *what, unsigned *number);

/* Whether the token is this word. */
bool token_is(const struct token *token, const char *word);

/* Where a command's first word ends: the number of its bytes. */
size_t token_length(const char *text, size_t len);

#endif
