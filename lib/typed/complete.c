/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "complete.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <readline/readline.h>

#include "command.h"

/* readline's generators take no context. */
static struct {
	enum side side;
	struct complete_numbers numbers;
	struct complete_own own;
	size_t start; /* of the word that is completed */
} completing;

/* The command that the line begins with, or NULL. */
static const struct command_spec *spec_of_line(void)
{
	return command_find(
		completing.side, rl_line_buffer, strcspn(rl_line_buffer, " "));
}

/* readline frees what the generators return. */
static char *next_command(const char *text, int again)
{
	static const struct command_spec *spec;

	if (!again)
		spec = NULL;
	while ((spec = command_next(1u << completing.side, spec)))
		if (!strncmp(spec->name, text, strlen(text)))
			return strdup(spec->name);
	return NULL;
}

static char *next_word(const char *text, int again)
{
	static const char *rest = "";

	if (!again) {
		const struct command_spec *spec = spec_of_line();

		rest = spec && spec->words ? spec->words : "";
	}
	while (*rest) {
		const char *word = rest;
		size_t len = strcspn(word, " ");

		rest += len + (rest[len] == ' ');
		if (!strncmp(word, text, strlen(text)))
			return strndup(word, len);
	}
	return NULL;
}

static char *next_number(const char *text, int again)
{
	static unsigned number;
	char shown[16];

	if (!again)
		number = 0;
	while (completing.numbers.next &&
		(number = completing.numbers.next(
			 completing.numbers.context, number))) {
		snprintf(shown, sizeof(shown), "%u", number);
		if (!strncmp(shown, text, strlen(text)))
			return strdup(shown);
	}
	return NULL;
}

static char *next_own(const char *text, int again)
{
	static size_t index;
	const struct complete_own *own = &completing.own;
	const char *word;

	if (!again)
		index = 0;
	while ((word = own->word(own->context, rl_line_buffer, completing.start,
			index++)))
		if (!strncmp(word, text, strlen(text)))
			return strdup(word);
	return NULL;
}

static char **complete_own(const char *text, int start)
{
	const struct complete_own *own = &completing.own;

	completing.start = (size_t)start;
	rl_attempted_completion_over =
		!own->takes_path(own->context, rl_line_buffer, (size_t)start);
	return rl_completion_matches(text, next_own);
}

static char **complete(const char *text, int start, int end)
{
	const struct command_spec *spec = spec_of_line();
	rl_compentry_func_t *generator = next_word;

	(void)end;
	if (completing.own.word)
		return complete_own(text, start);
	/* Only paths are left to readline itself. */
	rl_attempted_completion_over = start == 0 || !spec ||
		(spec->arguments != ARGUMENTS_PATH &&
			spec->arguments != ARGUMENTS_SAVE);
	if (start && !spec)
		return NULL;
	if (!start || spec->arguments == ARGUMENTS_TOPIC)
		generator = next_command;
	else if (spec->arguments == ARGUMENTS_NUMBER)
		generator = next_number;
	return rl_completion_matches(text, generator);
}

void complete_begin(enum side side, const struct complete_numbers *numbers,
	const struct complete_own *own)
{
	completing.side = side;
	completing.own = *own;
	completing.numbers = *numbers;
	rl_attempted_completion_function = complete;
	/* As parse.h quotes. */
	rl_completer_quote_characters = "\"";
	rl_filename_quote_characters = " \t\"\\";
}
