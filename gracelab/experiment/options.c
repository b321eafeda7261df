/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "options.h"

#include <stdlib.h>
#include <string.h>

#include "lib/net/unix.h"
#include "lib/typed/parse.h"

/* Short options with an argument: what stands behind them is no option. */
#define WITH_ARGUMENT "dlp"

/* True also for `--fil=x`: getopt_long(3) takes what is not ambiguous. */
static bool abbreviates(const char *word, const char *option)
{
	size_t len = strcspn(word, "=");

	return len && !strncmp(word, option, len);
}

/* Whether the word is, or has among others, an option that is the lab's. */
static bool is_labs(const char *word)
{
	if (word[0] != '-')
		return false;
	if (word[1] == '-')
		/* --events is one of its abbreviations. */
		return abbreviates(word + 2, "file") ||
			abbreviates(word + 2, "events-ack");
	size_t letters = strcspn(word + 1, WITH_ARGUMENT);

	return strcspn(word + 1, "ef") < letters;
}

static const char unix_inside[] =
	"unix: with a name in the actors' own folder, without / or @";

/* Whether `unix:PATH` stands there, of a socket outside the folder. */
static bool is_unix_outside(const char *text)
{
	const char *path = strstr(text, UNIX_PREFIX);

	return path && strpbrk(path, "/@");
}

const char *options_reaches_outside(enum side side, const char *line)
{
	static const char save[] =
		"save to a file of the actors' own folder, without /";
	char error[PARSE_ERROR_SIZE];
	struct command command;
	char *copy = strdup(line);
	const char *allowed = NULL;

	if (!copy)
		return save;
	if (parse_command(side, copy, strlen(copy), &command, error) !=
		PARSE_DONE)
		allowed = NULL;
	else if (command.spec->id == COMMAND_SAVE && command.path &&
		(strchr(command.path, '/') || !strcmp(command.path, ".") ||
			!strcmp(command.path, "..")))
		allowed = save;
	else if (command.spec->id == COMMAND_OPEN && command.host &&
		is_unix_outside(command.host))
		allowed = unix_inside;
	free(copy);
	return allowed;
}

/* The command that a word has for --on-accept or --on-eof, or NULL. */
static const char *command_of(const char *before, const char *word)
{
	static const char on[] = "--o";
	const char *equals = strchr(word, '=');

	if (!strncmp(word, on, strlen(on)))
		return equals ? equals + 1 : NULL;
	if (before && !strncmp(before, on, strlen(on)) && !strchr(before, '='))
		return word;
	return NULL;
}

static bool refuse(struct scan *scan, const char *word, const char *expected)
{
	scan_back_to(scan, word);
	return scan_fail(scan, expected);
}

bool options_are_foreign(const struct words *words)
{
	return words->count && !strcmp(words->list[0], "exec");
}

bool options_take(struct scan *scan, struct words *words)
{
	size_t first = words->count;

	scan_space(scan);
	if (!scan_at_end(scan) && strchr(">:!", *scan->at))
		return scan_fail(scan, "no space before > : and !");
	if (!scan_words(scan, words))
		return false;
	if (options_are_foreign(words))
		return words->count > 1 ||
			scan_fail(scan, "a program and its arguments");
	for (size_t i = first; i < words->count; i++) {
		const char *word = words->list[i];
		const char *command =
			command_of(i ? words->list[i - 1] : NULL, word);

		if (is_labs(word))
			return refuse(scan, word,
				"no -e, -f or --events: the lab types the "
				"lines and hears the events");
		const char *allowed = command
			? options_reaches_outside(SERVER, command)
			: NULL;

		if (allowed)
			return refuse(scan, word, allowed);
		if (is_unix_outside(word))
			return refuse(scan, word, unix_inside);
	}
	return true;
}
