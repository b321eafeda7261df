/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parse.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/base/duration.h"
#include "lib/net/net.h"
#include "lib/text/escape.h"

/* The rest of the line as it is, or one quoted text. */
static bool take_text(struct tokens *tokens, struct command *command)
{
	struct token token = { NULL, 0 };

	if (!tokens_more(tokens))
		return tokens_fail(tokens, "expected TEXT", NULL, 0);
	if (*tokens->at != '"') {
		command->text = tokens->at;
		command->text_bytes = (size_t)(tokens->end - tokens->at);
		return true;
	}
	if (!tokens_take_quoted(tokens, &token))
		return false;
	command->text = token.text;
	command->text_bytes = token.len;
	return tokens_expect_end(tokens);
}

/* Takes one of two words, or fails with `what`. */
static bool take_either(struct tokens *tokens, const char *what,
	const char *yes, const char *no, bool *is_yes)
{
	struct token token;

	if (!tokens_take(tokens, &token))
		return false;
	*is_yes = token_is(&token, yes);
	if (*is_yes || token_is(&token, no))
		return true;
	return tokens_fail(
		tokens, what, token.text ? token.text : "", token.len);
}

static bool take_how(struct tokens *tokens, int if_not_said, int *how)
{
	struct token token;

	if (!tokens_take(tokens, &token))
		return false;
	*how = if_not_said;
	if (token_is(&token, "wr"))
		*how = SHUT_WR;
	else if (token_is(&token, "rd"))
		*how = SHUT_RD;
	else if (token_is(&token, "rdwr"))
		*how = SHUT_RDWR;
	else if (token.text)
		return tokens_fail(tokens, "expected wr, rd or rdwr, not",
			token.text, token.len);
	return tokens_expect_end(tokens);
}

/* Takes one word, or nothing; else fails with `what`. */
static bool take_only(
	struct tokens *tokens, const char *what, const char *word, bool *said)
{
	struct token token;

	if (!tokens_take(tokens, &token))
		return false;
	*said = token_is(&token, word);
	return !token.text || *said ||
		tokens_fail(tokens, what, token.text, token.len);
}

static bool take_save(struct tokens *tokens, struct command *command)
{
	struct token token;

	command->until = -1;
	if (!tokens_more(tokens))
		return true;
	if (!tokens_take_string(
		    tokens, "expected a path, not", &command->path) ||
		!tokens_take(tokens, &token))
		return false;
	if (!token.text)
		return true;
	if (!token_is(&token, "until"))
		return tokens_fail(
			tokens, "expected until, not", token.text, token.len);
	if (!tokens_take(tokens, &token))
		return false;
	if (token.len != 1)
		return tokens_fail(tokens,
			"expected a character of one byte, not",
			token.text ? token.text : "", token.len);
	command->until = (unsigned char)token.text[0];
	return tokens_expect_end(tokens);
}

static bool take_wait(struct tokens *tokens, struct command *command)
{
	struct token token;

	command->duration_ms = -1;
	if (!tokens_take(tokens, &token))
		return false;
	if (token_is(&token, "reply"))
		command->await = AWAIT_REPLY;
	else if (token_is(&token, "eof"))
		command->await = AWAIT_EOF;
	else if (token_is(&token, "reset"))
		command->await = AWAIT_RESET;
	else
		return tokens_fail(tokens, "expected reply, eof or reset, not",
			token.text ? token.text : "", token.len);
	return !tokens_more(tokens) ||
		tokens_take_duration(tokens, &command->duration_ms);
}

static bool take_open(struct tokens *tokens, struct command *command)
{
	static const char nowait[] = "--nowait";
	uint16_t port;

	if (!tokens_more(tokens))
		return true;
	if (!tokens_take_string(tokens, "expected a host, not", &command->host))
		return false;
	if (!command->nowait && !strcmp(command->host, nowait)) {
		command->host = NULL;
		command->nowait = true;
		return take_open(tokens, command);
	}
	if (unix_is(command->host))
		return !unix_wrong(command->host) ||
			tokens_fail(tokens, unix_wrong(command->host), NULL, 0);
	if (!resolve_split(command->host, &command->host, &command->port) &&
		!tokens_take_string(
			tokens, "expected a port, not", &command->port))
		return false;
	return (net_parse_port(command->port, &port) && port) ||
		tokens_fail(tokens, "expected a port, not", command->port,
			strlen(command->port));
}

static bool take_topic(
	struct tokens *tokens, enum side side, struct command *command)
{
	struct token token;

	if (!tokens_take(tokens, &token))
		return false;
	if (!token.text)
		return true;
	command->topic = command_find(side, token.text, token.len);
	return command->topic ||
		tokens_fail(tokens, "unknown command", token.text, token.len);
}

static bool take_switch(struct tokens *tokens, struct command *command)
{
	return take_either(
		tokens, "expected on or off, not", "on", "off", &command->on);
}

/* `off`, or whole seconds. */
static bool take_seconds_or_off(struct tokens *tokens, struct command *command)
{
	static const char what[] = "expected whole seconds or off, not";
	char *text;

	if (!tokens_take_string(tokens, what, &text))
		return false;
	command->on = strcmp(text, "off") != 0;
	return !command->on ||
		(duration_parse(text, &command->duration_ms) &&
			command->duration_ms % 1000 == 0) ||
		tokens_fail(tokens, what, text, strlen(text));
}

static bool take_keepalive(struct tokens *tokens, struct command *command)
{
	command->on = true;
	command->duration_ms = command->interval_ms = -1;
	if (!tokens_more(tokens))
		return true;
	if (!take_seconds_or_off(tokens, command))
		return false;
	if (!command->on || !tokens_more(tokens))
		return true;
	if (!tokens_take_seconds(tokens, &command->interval_ms))
		return false;
	return !tokens_more(tokens) ||
		tokens_take_number(tokens, "expected a number of probes, not",
			&command->number);
}

static bool take_bytes(struct tokens *tokens, struct command *command)
{
	static const char what[] = "expected a number of bytes, not";

	if (!tokens_more(tokens))
		return true;
	if (!tokens_take_number(tokens, what, &command->number))
		return false;
	return command->number || tokens_fail(tokens, what, "0", 1);
}

static bool take_block(struct tokens *tokens, struct command *command)
{
	bool closes;

	if (!take_either(tokens, "expected recv or close, not", "close", "recv",
		    &closes))
		return false;
	command->call = closes ? THREAD_CLOSE : THREAD_RECV;
	return true;
}

static bool take_listener(struct tokens *tokens, struct command *command)
{
	if (!take_either(tokens, "expected close or shutdown, not", "close",
		    "shutdown", &command->closes))
		return false;
	return command->closes || take_how(tokens, SHUT_RDWR, &command->how);
}

static bool take_arguments(
	struct tokens *tokens, enum side side, struct command *command)
{
	switch (command->spec->arguments) {
	case ARGUMENTS_NONE:
		return true;
	case ARGUMENTS_TEXT:
		return take_text(tokens, command);
	case ARGUMENTS_HOW:
		return take_how(tokens, SHUT_WR, &command->how);
	case ARGUMENTS_HOLD:
		return take_only(tokens, "expected child or nothing, not",
			"child", &command->child);
	case ARGUMENTS_PATH:
		return tokens_take_string(
			tokens, "expected a path, not", &command->path);
	case ARGUMENTS_SAVE:
		return take_save(tokens, command);
	case ARGUMENTS_EVERY:
		return tokens_take_duration(tokens, &command->duration_ms) &&
			take_text(tokens, command);
	case ARGUMENTS_DURATION:
		return tokens_take_duration(tokens, &command->duration_ms);
	case ARGUMENTS_WAIT:
		return take_wait(tokens, command);
	case ARGUMENTS_OPEN:
		return take_open(tokens, command);
	case ARGUMENTS_NUMBER:
		return tokens_take_number(tokens,
			"expected a connection's number, not",
			&command->number);
	case ARGUMENTS_TOPIC:
		return take_topic(tokens, side, command);
	case ARGUMENTS_SWITCH:
		return take_switch(tokens, command);
	case ARGUMENTS_SECONDS_OR_OFF:
		return take_seconds_or_off(tokens, command);
	case ARGUMENTS_KEEPALIVE:
		return take_keepalive(tokens, command);
	case ARGUMENTS_BYTES:
		return take_bytes(tokens, command);
	case ARGUMENTS_BLOCK:
		return take_block(tokens, command);
	case ARGUMENTS_ACCEPT:
		return take_only(tokens, "expected block or nothing, not",
			"block", &command->block);
	case ARGUMENTS_LISTENER:
		return take_listener(tokens, command);
	}
	return false;
}

enum parse_result parse_command(enum side side, char *line, size_t len,
	struct command *command, char *error)
{
	struct tokens tokens = { line, line + len, "", error };
	char shown[ESCAPE_SIZE(40)];

	memset(command, 0, sizeof(*command));
	tokens_more(&tokens);
	const char *first = tokens.at;
	size_t first_bytes =
		token_length(first, (size_t)(tokens.end - tokens.at));

	tokens.at += first_bytes;
	if (!len || (!first_bytes && side == SERVER))
		return PARSE_EMPTY;
	command->spec = command_find(side, first, first_bytes);
	if (command->spec) {
		tokens.command = command->spec->name;
		if (!take_arguments(&tokens, side, command))
			return PARSE_ERROR;
		/* A text has taken the rest of the line, bytes and all. */
		return command->text || tokens_expect_end(&tokens)
			? PARSE_DONE
			: PARSE_ERROR;
	}
	if (side == CLIENT) {
		command->spec = command_find(side, "send", strlen("send"));
		command->implied = true;
		command->text = line;
		command->text_bytes = len;
		return PARSE_DONE;
	}
	escape_text(shown, first, escape_cut(first, first_bytes, 40));
	const char *near = command_near(side, first, first_bytes);

	snprintf(error, PARSE_ERROR_SIZE,
		near ? "unknown command '%s'; perhaps %s?"
		     : "unknown command '%s'",
		shown, near);
	return PARSE_ERROR;
}
