/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/base/duration.h"
#include "lib/base/escape.h"
#include "lib/net/net.h"

/* What remains of a line: `at` moves, `end` points to the writable byte. */
struct rest {
	char *at, *end;
	const char *command; /* for errors */
	char *error;
};

struct word {
	char *text; /* NULL: there is none */
	size_t len;
};

static bool is_space(char c)
{
	return c == ' ' || c == '\t';
}

static void skip_space(struct rest *rest)
{
	while (rest->at < rest->end && is_space(*rest->at))
		rest->at++;
}

/* Writes `COMMAND: WHAT 'SHOWN'`; returns false, for the caller to return. */
static bool fail(
	struct rest *rest, const char *what, const char *shown, size_t len)
{
	char text[ESCAPE_SIZE(40)];

	escape_text(text, shown, escape_cut(shown, len, 40));
	snprintf(rest->error, PARSE_ERROR_SIZE,
		shown ? "%s: %s '%s'" : "%s: %s", rest->command, what, text);
	return false;
}

/* Takes a quoted text, whose opening quote `at` stands on. */
static bool take_quoted(struct rest *rest, struct word *word)
{
	char *start = rest->at + 1, *p = start;

	while (p < rest->end && *p != '"')
		p += *p == '\\' && p + 1 < rest->end ? 2 : 1;
	if (p >= rest->end)
		return fail(rest, "the closing quote is missing in", rest->at,
			(size_t)(rest->end - rest->at));
	word->text = start;
	word->len = (size_t)(p - start);
	rest->at = p + 1;
	size_t raw = word->len;

	if (!escape_resolve(start, &word->len))
		return fail(rest, "unknown escape", start + word->len,
			raw - word->len < 4 ? raw - word->len : 4);
	return true;
}

/* Takes the next word, quoted or bare; word->text is NULL at the end. */
static bool take_word(struct rest *rest, struct word *word)
{
	word->text = NULL;
	word->len = 0;
	skip_space(rest);
	if (rest->at == rest->end)
		return true;
	if (*rest->at == '"') {
		if (!take_quoted(rest, word))
			return false;
		if (rest->at < rest->end && !is_space(*rest->at))
			return fail(rest, "expected a space before", rest->at,
				(size_t)(rest->end - rest->at));
		return true;
	}
	word->text = rest->at;
	while (rest->at < rest->end && !is_space(*rest->at))
		rest->at++;
	word->len = (size_t)(rest->at - word->text);
	return true;
}

static bool expect_end(struct rest *rest)
{
	skip_space(rest);
	if (rest->at == rest->end)
		return true;
	return fail(
		rest, "unexpected", rest->at, (size_t)(rest->end - rest->at));
}

static bool word_is(const struct word *word, const char *text)
{
	return word->text && word->len == strlen(text) &&
		!memcmp(word->text, text, word->len);
}

/*
 * Takes a word that must be there and terminates it, which may overwrite the
 * space or quote behind it; refuses one that holds NUL.
 */
static bool take_string(struct rest *rest, const char *what, char **string)
{
	struct word word;

	if (!take_word(rest, &word))
		return false;
	if (!word.text || !word.len || memchr(word.text, '\0', word.len))
		return fail(rest, what, word.text ? word.text : "", word.len);
	/* The terminator takes the place of the space behind a bare word. */
	if (rest->at == word.text + word.len && rest->at < rest->end)
		rest->at++;
	word.text[word.len] = '\0';
	*string = word.text;
	return true;
}

static bool take_duration(struct rest *rest, int64_t *duration_ms)
{
	char *text;

	if (!take_string(rest, "expected a duration such as 200ms, not", &text))
		return false;
	if (duration_parse(text, duration_ms))
		return true;
	return fail(rest, "expected a duration such as 200ms, not", text,
		strlen(text));
}

/* The rest of the line as it is, or one quoted text. */
static bool take_text(struct rest *rest, struct command *command)
{
	struct word word = { NULL, 0 };

	skip_space(rest);
	if (rest->at == rest->end)
		return fail(rest, "expected TEXT", NULL, 0);
	if (*rest->at != '"') {
		command->text = rest->at;
		command->text_bytes = (size_t)(rest->end - rest->at);
		return true;
	}
	if (!take_quoted(rest, &word))
		return false;
	command->text = word.text;
	command->text_bytes = word.len;
	return expect_end(rest);
}

static bool take_how(struct rest *rest, struct command *command)
{
	struct word word;

	if (!take_word(rest, &word))
		return false;
	if (!word.text || word_is(&word, "wr"))
		command->how = SHUT_WR;
	else if (word_is(&word, "rd"))
		command->how = SHUT_RD;
	else if (word_is(&word, "rdwr"))
		command->how = SHUT_RDWR;
	else
		return fail(rest, "expected wr, rd or rdwr, not", word.text,
			word.len);
	return expect_end(rest);
}

static bool take_hold(struct rest *rest, struct command *command)
{
	struct word word;

	if (!take_word(rest, &word))
		return false;
	command->child = word_is(&word, "child");
	if (word.text && !command->child)
		return fail(rest, "expected child or nothing, not", word.text,
			word.len);
	return expect_end(rest);
}

static bool take_save(struct rest *rest, struct command *command)
{
	struct word word;

	command->until = -1;
	if (!take_string(rest, "expected a path, not", &command->path) ||
		!take_word(rest, &word))
		return false;
	if (!word.text)
		return true;
	if (!word_is(&word, "until"))
		return fail(rest, "expected until, not", word.text, word.len);
	if (!take_word(rest, &word))
		return false;
	if (word.len != 1)
		return fail(rest, "expected a character of one byte, not",
			word.text ? word.text : "", word.len);
	command->until = (unsigned char)word.text[0];
	return expect_end(rest);
}

static bool take_wait(struct rest *rest, struct command *command)
{
	struct word word;

	command->duration_ms = -1;
	if (!take_word(rest, &word))
		return false;
	if (word_is(&word, "reply"))
		command->await = AWAIT_REPLY;
	else if (word_is(&word, "eof"))
		command->await = AWAIT_EOF;
	else if (word_is(&word, "reset"))
		command->await = AWAIT_RESET;
	else
		return fail(rest, "expected reply, eof or reset, not",
			word.text ? word.text : "", word.len);
	skip_space(rest);
	if (rest->at == rest->end)
		return true;
	return take_duration(rest, &command->duration_ms) && expect_end(rest);
}

static bool take_address(struct rest *rest, struct command *command)
{
	uint16_t port;

	skip_space(rest);
	if (rest->at == rest->end)
		return true;
	if (!take_string(rest, "expected a host, not", &command->host) ||
		!take_string(rest, "expected a port, not", &command->port))
		return false;
	if (!net_parse_port(command->port, &port) || !port)
		return fail(rest, "expected a port, not", command->port,
			strlen(command->port));
	return expect_end(rest);
}

static bool take_number(struct rest *rest, struct command *command)
{
	const char *what = "expected a connection's number, not";
	char *text, *end;

	if (!take_string(rest, what, &text))
		return false;
	unsigned long number = strtoul(text, &end, 10);

	if (*end || text[0] < '0' || text[0] > '9' || number > UINT32_MAX)
		return fail(rest, what, text, strlen(text));
	command->number = (unsigned)number;
	return expect_end(rest);
}

static bool take_topic(
	struct rest *rest, enum side side, struct command *command)
{
	struct word word;

	if (!take_word(rest, &word))
		return false;
	if (!word.text)
		return true;
	command->topic = command_find(side, word.text, word.len);
	if (!command->topic)
		return fail(rest, "unknown command", word.text, word.len);
	return expect_end(rest);
}

static bool take_arguments(
	struct rest *rest, enum side side, struct command *command)
{
	switch (command->spec->arguments) {
	case ARGUMENTS_NONE:
		return expect_end(rest);
	case ARGUMENTS_TEXT:
		return take_text(rest, command);
	case ARGUMENTS_HOW:
		return take_how(rest, command);
	case ARGUMENTS_HOLD:
		return take_hold(rest, command);
	case ARGUMENTS_PATH:
		return take_string(
			       rest, "expected a path, not", &command->path) &&
			expect_end(rest);
	case ARGUMENTS_SAVE:
		return take_save(rest, command);
	case ARGUMENTS_EVERY:
		return take_duration(rest, &command->duration_ms) &&
			take_text(rest, command);
	case ARGUMENTS_DURATION:
		return take_duration(rest, &command->duration_ms) &&
			expect_end(rest);
	case ARGUMENTS_WAIT:
		return take_wait(rest, command);
	case ARGUMENTS_ADDRESS:
		return take_address(rest, command);
	case ARGUMENTS_NUMBER:
		return take_number(rest, command);
	case ARGUMENTS_TOPIC:
		return take_topic(rest, side, command);
	}
	return false;
}

enum parse_result parse_command(enum side side, char *line, size_t len,
	struct command *command, char *error)
{
	struct rest rest = { line, line + len, "", error };
	struct word first;

	memset(command, 0, sizeof(*command));
	skip_space(&rest);
	first.text = rest.at;
	while (rest.at < rest.end && !is_space(*rest.at))
		rest.at++;
	first.len = (size_t)(rest.at - first.text);
	if (!len || (!first.len && side == SERVER))
		return PARSE_EMPTY;
	command->spec = command_find(side, first.text, first.len);
	if (command->spec) {
		rest.command = command->spec->name;
		return take_arguments(&rest, side, command) ? PARSE_DONE
							    : PARSE_ERROR;
	}
	if (side == CLIENT) {
		command->spec = command_find(side, "send", strlen("send"));
		command->text = line;
		command->text_bytes = len;
		return PARSE_DONE;
	}
	char shown[ESCAPE_SIZE(40)];

	escape_text(shown, first.text, escape_cut(first.text, first.len, 40));
	snprintf(error, PARSE_ERROR_SIZE, "unknown command '%s'", shown);
	return PARSE_ERROR;
}
