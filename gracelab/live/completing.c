/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "completing.h"

#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "gracelab/experiment/outcome.h"
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

/* What the side is to show. */
static const char *outcome_argument(struct completing *completing, bool first,
	const char *line, size_t index)
{
	if (first)
		return outcome_word(index);
	return pick(completing, outcome_words_behind(line, strcspn(line, " ")),
		index);
}

/* The segments that wait are what can be passed, lost or awaited. */
static const char *waiting(const struct view *view, size_t index)
{
	if (index < SIDES)
		return names[index];
	index -= SIDES;
	return index < view->wait_count ? view->waits[index].name : NULL;
}

static const char *wire_word(
	const struct view *view, char mark, bool first, size_t index)
{
	if (mark == '>' && first)
		return wire_verb_name(index);
	if (mark == ':' && first)
		return index ? waiting(view, index - 1) : "nothing";
	return mark == '!' ? NULL : waiting(view, index);
}

/* Behind `name` and its mark, which is > where none is typed. */
static const char *named_word(struct completing *completing, const char *name,
	char mark, bool first, const char *rest, size_t index)
{
	enum side side = *name == *side_name(SERVER) ? SERVER : CLIENT;

	if (!strcmp(name, names[SIDES]))
		return wire_word(
			&completing->session->view, mark, first, index);
	switch (mark) {
	case ':':
		return outcome_argument(completing, first, rest, index);
	case '!':
		return first ? pick(completing, "SIGINT SIGTERM SIGKILL reboot",
				       index)
			     : NULL;
	default:
		return first ? typed_word(side, index)
			     : argument_of(completing, side, rest, index);
	}
}

static const char *word(
	void *context, const char *line, size_t start, size_t index)
{
	struct completing *completing = context;
	const struct live_desk *desk = &completing->session->options->desk;
	const char *at = line + strspn(line, " ");
	size_t len = strcspn(at, " >:!");
	const char *name = line_whose(at, len);
	bool marked = at[len] && at[len] != ' ';
	const char *rest = at + len + marked;

	rest += strspn(rest, " ");
	bool second = (size_t)(rest - line) >= start;

	if ((size_t)(at - line) >= start)
		return first_word(index);
	if (name)
		return named_word(completing, name, marked ? at[len] : '>',
			second, rest, index);
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
