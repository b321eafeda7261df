/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "completing.h"

#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "gracelab/experiment/wire_step.h"
#include "gracelab/live/words/line.h"
#include "lib/typed/command.h"

static const char *const names[] = { "client", "server", "wire" };

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

/* The word number `index` of a list with blanks between them, or NULL. */
static const char *pick(
	struct completing *completing, const char *words, size_t index)
{
	while (words && *words) {
		size_t len = strcspn(words, " ");

		if (!index--) {
			snprintf(completing->word, sizeof(completing->word),
				"%.*s", (int)len, words);
			return completing->word;
		}
		words += len + (words[len] == ' ');
	}
	return NULL;
}

static const char *first_word(size_t index)
{
	const struct live_command *command = NULL;

	if (index < COUNT(names))
		return names[index];
	index -= COUNT(names);
	for (size_t i = 0; line_head(i); i++)
		if (!index--)
			return line_head(i);
	while ((command = commands_next(command)))
		if (!index--)
			return command->name;
	return NULL;
}

/* A command of the side's program. */
static const char *typed_word(enum side side, size_t index)
{
	const struct command_spec *spec = NULL;

	while ((spec = command_next(1u << side, spec)))
		if (!index--)
			return spec->name;
	return NULL;
}

/* What may stand behind the program's command. */
static const char *argument_of(struct completing *completing, enum side side,
	const char *line, size_t index)
{
	const struct command_spec *spec =
		command_find(side, line, strcspn(line, " "));

	return spec ? pick(completing, spec->words, index) : NULL;
}

/* The segments that wait are what can be passed or lost. */
static const char *wire_word(const struct view *view, bool first, size_t index)
{
	if (first)
		return wire_verb_name(index);
	if (index < SIDES)
		return names[index];
	index -= SIDES;
	return index < view->wait_count ? view->waits[index].name : NULL;
}

static const char *word(
	void *context, const char *line, size_t start, size_t index)
{
	struct completing *completing = context;
	const struct live_desk *desk = &completing->session->options->desk;
	const char *at = line + strspn(line, " ");
	size_t len = strcspn(at, " ");
	const char *rest = at + len + strspn(at + len, " ");
	bool second = (size_t)(rest - line) >= start;

	if ((size_t)(at - line) >= start)
		return first_word(index);
	if (*at == 'w' && (len == 1 || !strncmp(at, "wire", len)))
		return wire_word(&completing->session->view, second, index);
	for (enum side side = CLIENT; side <= SERVER; side++)
		if (*at == *side_name(side) &&
			(len == 1 || !strncmp(at, side_name(side), len)))
			return second
				? typed_word(side, index)
				: argument_of(completing, side, rest, index);
	if (second && len == 4 && !strncmp(at, "show", len))
		return desk->format(index);
	if (second && len == 4 && !strncmp(at, "help", len))
		return first_word(index);
	const struct live_command *command = commands_find(at, len);

	return second && command ? pick(completing, command->words, index)
				 : NULL;
}

static bool takes_path(void *context, const char *line, size_t start)
{
	const char *at = line + strspn(line, " ");
	const struct live_command *command =
		commands_find(at, strcspn(at, " "));

	(void)context;
	return command && command->takes_path && (size_t)(at - line) < start;
}

struct complete_own completing_own(struct completing *completing)
{
	return (struct complete_own){
		.word = word, .takes_path = takes_path, .context = completing
	};
}
