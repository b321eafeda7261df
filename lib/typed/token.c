/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "token.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/duration.h"
#include "lib/text/escape.h"

static bool is_space(char c)
{
	return c == ' ' || c == '\t';
}

bool tokens_more(struct tokens *tokens)
{
	while (tokens->at < tokens->end && is_space(*tokens->at))
		tokens->at++;
	return tokens->at < tokens->end;
}

size_t token_length(const char *text, size_t len)
{
	size_t i = 0;

	while (i < len && !is_space(text[i]))
		i++;
	return i;
}

bool tokens_fail(
	struct tokens *tokens, const char *what, const char *shown, size_t len)
{
	char text[ESCAPE_SIZE(40)];

	escape_text(text, shown, escape_cut(shown, len, 40));
	snprintf(tokens->error, TOKENS_ERROR_SIZE,
		shown ? "%s: %s '%s'" : "%s: %s", tokens->command, what, text);
	return false;
}

bool tokens_take_quoted(struct tokens *tokens, struct token *token)
{
	char *start = tokens->at + 1, *p = start;

	while (p < tokens->end && *p != '"')
		p += *p == '\\' && p + 1 < tokens->end ? 2 : 1;
	if (p >= tokens->end)
		return tokens_fail(tokens, "the closing quote is missing in",
			tokens->at, (size_t)(tokens->end - tokens->at));
	token->text = start;
	token->len = (size_t)(p - start);
	tokens->at = p + 1;
	size_t raw = token->len;

	if (!escape_resolve(start, &token->len))
		return tokens_fail(tokens, "unknown escape", start + token->len,
			raw - token->len < 4 ? raw - token->len : 4);
	return true;
}

bool tokens_take(struct tokens *tokens, struct token *token)
{
	token->text = NULL;
	token->len = 0;
	if (!tokens_more(tokens))
		return true;
	if (*tokens->at == '"') {
		if (!tokens_take_quoted(tokens, token))
			return false;
		if (tokens->at < tokens->end && !is_space(*tokens->at))
			return tokens_fail(tokens, "expected a space before",
				tokens->at, (size_t)(tokens->end - tokens->at));
		return true;
	}
	token->text = tokens->at;
	token->len =
		token_length(token->text, (size_t)(tokens->end - token->text));
	tokens->at += token->len;
	return true;
}

bool tokens_expect_end(struct tokens *tokens)
{
	if (!tokens_more(tokens))
		return true;
	return tokens_fail(tokens, "unexpected", tokens->at,
		(size_t)(tokens->end - tokens->at));
}

bool token_is(const struct token *token, const char *word)
{
	return token->text && token->len == strlen(word) &&
		!memcmp(token->text, word, token->len);
}

bool tokens_take_string(struct tokens *tokens, const char *what, char **string)
{
	struct token token;

	if (!tokens_take(tokens, &token))
		return false;
	if (!token.text || !token.len || memchr(token.text, '\0', token.len))
		return tokens_fail(
			tokens, what, token.text ? token.text : "", token.len);
	/* The terminator takes the place of the space behind a bare token. */
	if (tokens->at == token.text + token.len && tokens->at < tokens->end)
		tokens->at++;
	token.text[token.len] = '\0';
	*string = token.text;
	return true;
}

bool tokens_take_duration(struct tokens *tokens, int64_t *duration_ms)
{
	static const char what[] = "expected a duration such as 200ms, not";
	char *text;

	if (!tokens_take_string(tokens, what, &text))
		return false;
	return duration_parse(text, duration_ms) ||
		tokens_fail(tokens, what, text, strlen(text));
}

bool tokens_take_seconds(struct tokens *tokens, int64_t *duration_ms)
{
	static const char what[] = "expected whole seconds such as 2s, not";
	char *text;

	if (!tokens_take_string(tokens, what, &text))
		return false;
	return (duration_parse(text, duration_ms) &&
		       *duration_ms % 1000 == 0) ||
		tokens_fail(tokens, what, text, strlen(text));
}

bool tokens_take_number(
	struct tokens *tokens, const char *what, unsigned *number)
{
	char *text, *end;

	if (!tokens_take_string(tokens, what, &text))
		return false;
	errno = 0;
	unsigned long value = strtoul(text, &end, 10);

	if (*end || text[0] < '0' || text[0] > '9' || errno ||
		value > UINT32_MAX)
		return tokens_fail(tokens, what, text, strlen(text));
	*number = (unsigned)value;
	return true;
}
