/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "line.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gracelab/experiment/actors.h"
#include "lib/text/escape.h"
#include "lib/typed/parse.h"

static const char BLANK[] = " \t\r";

/* Lines of an experiment before its steps, but for those of the programs. */
static const char *const heads[] = { "title", "asks", "sysctl", "file",
	"inherit", "over", "tls" };

const char *line_head(size_t index)
{
	return index < sizeof(heads) / sizeof(*heads) ? heads[index] : NULL;
}

/* Whether a word of `len` bytes is `name`, or its first letter and what stands
 * behind the name's letters: c2 is client2. */
static bool is_name(const char *word, size_t len, const char *name)
{
	size_t letters = strcspn(name, "0123456789");
	const char *number = name + letters;

	if (strlen(name) == len && !memcmp(word, name, len))
		return true;
	return len == 1 + strlen(number) && *word == *name &&
		!memcmp(word + 1, number, len - 1);
}

const char *line_whose(const char *word, size_t len)
{
	if (is_name(word, len, "wire"))
		return "wire";
	for (unsigned who = 0; who < ACTORS_MAX; who++)
		if (is_name(word, len, actor_name(who)))
			return actor_name(who);
	return NULL;
}

__attribute__((format(printf, 3, 4))) static bool make(
	struct line *line, enum line_kind kind, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	line->kind = kind;
	if (vasprintf(&line->text, format, arguments) < 0)
		line->text = NULL;
	va_end(arguments);
	return line->text;
}

/* Whether what stands behind client or server is for its command line. */
static bool are_options(const char *name, const char *rest)
{
	return (!strcmp(name, "client") || !strcmp(name, "server")) &&
		(!strncmp(rest, "--", 2) || !strncmp(rest, "exec ", 5));
}

/* A line that begins with a name and a blank. */
static bool read_named(struct line *line, const char *name, const char *rest)
{
	if (!*rest && !strcmp(name, "wire"))
		return make(line, LINE_COMMAND, "wire");
	if (!*rest)
		return make(line, LINE_BAD,
			"expected what the %s is to do, such as %.1s %s", name,
			name, "close");
	if (are_options(name, rest))
		return make(line, LINE_HEAD, "%s %s", name, rest);
	return make(line, LINE_STEP, "%s> %s", name, rest);
}

static bool read_trimmed(struct line *line, const char *typed)
{
	const char *at = typed + strspn(typed, BLANK);
	size_t len = strcspn(at, " \t\r>:!");
	const char *name = line_whose(at, len);
	const char *rest = at + len + strspn(at + len, BLANK);

	*line = (struct line){ .kind = LINE_EMPTY };
	if (!*at)
		return true;
	if (*at == '#')
		return make(line, LINE_COMMENT, "%s", at);
	if (name && at[len] && strchr(">:!", at[len]))
		return make(line, LINE_STEP, "%s%s", name, at + len);
	if (name)
		return read_named(line, name, rest);
	for (size_t i = 0; line_head(i); i++)
		if (strlen(line_head(i)) == len &&
			!memcmp(line_head(i), at, len))
			return make(line, LINE_HEAD, "%s", at);
	return make(line, LINE_COMMAND, "%s", at);
}

bool line_read(struct line *line, const char *typed)
{
	size_t len = strlen(typed);

	/* What stands at the end of a line is no part of a step. */
	while (len && strchr(BLANK, typed[len - 1]))
		len--;
	char *copy = strndup(typed, len);
	bool good = copy && read_trimmed(line, copy);

	free(copy);
	return good;
}

void line_free(struct line *line)
{
	free(line->text);
	*line = (struct line){ 0 };
}

/* What is sent though it looks like a command, or is none. */
static char *refusal(enum side side, char *typed)
{
	size_t len = strlen(typed);
	size_t first = strcspn(typed, BLANK);
	char error[PARSE_ERROR_SIZE];
	struct command command;
	char shown[ESCAPE_LINE_SIZE], *why = NULL;

	escape_line(shown, typed, first);
	switch (parse_command(side, typed, len, &command, error)) {
	case PARSE_EMPTY:
		return strdup("expected a line to type");
	case PARSE_ERROR:
		return strdup(error);
	case PARSE_DONE:
		break;
	}
	const char *near = command.implied
		? command_near(side, command.text, first)
		: NULL;

	if (near &&
		asprintf(&why,
			"'%s' is no command; perhaps %s? `send %s' sends it",
			shown, near, shown) < 0)
		why = NULL;
	return why;
}

char *line_refusal(const char *step)
{
	size_t len = strcspn(step, ">:!");

	if (step[len] != '>' || !strncmp(step, "wire", len))
		return NULL;
	const char *at = step + len + 1;
	char *typed = strdup(at + strspn(at, BLANK));
	char *why = typed
		? refusal(strncmp(step, "server", len) ? CLIENT : SERVER, typed)
		: strdup("no memory");

	free(typed);
	return why;
}
