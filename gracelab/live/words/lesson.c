/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lesson.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* `text` with a line behind it, in place of it. False without memory. */
static bool add_line(char **text, const char *line)
{
	char *longer;

	if (asprintf(&longer, "%s%s\n", *text ? *text : "", line) < 0)
		return false;
	free(*text);
	*text = longer;
	return true;
}

/* The lines from `at` up to `end`; the parser has terminated each. */
static bool take_lines(char **text, const char *at, const char *end)
{
	bool good = true;

	for (; good && at < end; at += strlen(at) + 1)
		good = add_line(text, at);
	return good;
}

bool lesson_begin(struct lesson *lesson, const struct experiment *experiment)
{
	const char *at = experiment->text;

	*lesson = (struct lesson){ 0 };
	for (size_t i = 0; i < experiment->step_count; i++) {
		const char *source = experiment->steps[i].source;
		char **before = i ? &lesson->comment : &lesson->head;

		if (!take_lines(before, at, source) ||
			!lesson_add(lesson, source)) {
			lesson_free(lesson);
			return false;
		}
		at = source + strlen(source) + 1;
	}
	return true;
}

bool lesson_add(struct lesson *lesson, const char *step)
{
	char **steps =
		reallocarray(lesson->steps, lesson->count + 1, sizeof(*steps));
	char *text = NULL;

	if (steps)
		lesson->steps = steps;
	if (!steps ||
		asprintf(&text, "%s%s\n",
			lesson->comment ? lesson->comment : "", step) < 0)
		return false;
	while (lesson->count > lesson->done)
		free(steps[--lesson->count]);
	steps[lesson->count++] = text;
	lesson->done = lesson->count;
	free(lesson->comment);
	lesson->comment = NULL;
	return true;
}

bool lesson_add_comment(struct lesson *lesson, const char *line)
{
	return add_line(&lesson->comment, line);
}

bool lesson_add_head(struct lesson *lesson, const char *line)
{
	return add_line(&lesson->head, line);
}

/* Where the last line of a text of whole lines begins. */
static char *last_line(char *text)
{
	size_t len = strlen(text);

	while (len > 1 && text[len - 2] != '\n')
		len--;
	return text + (len ? len - 1 : 0);
}

void lesson_drop_head(struct lesson *lesson)
{
	if (lesson->head)
		*last_line(lesson->head) = '\0';
}

const char *lesson_step(const struct lesson *lesson, size_t at)
{
	return last_line(lesson->steps[at]);
}

char *lesson_text(const struct lesson *lesson, size_t count, const char *more)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	fputs(lesson->head ? lesson->head : "", out);
	for (size_t i = 0; i < count; i++)
		fputs(lesson->steps[i], out);
	if (more)
		fprintf(out, "%s%s\n", lesson->comment ? lesson->comment : "",
			more);
	if (!fclose(out))
		return text;
	free(text);
	return NULL;
}

void lesson_free(struct lesson *lesson)
{
	for (size_t i = 0; i < lesson->count; i++)
		free(lesson->steps[i]);
	free(lesson->steps);
	free(lesson->head);
	free(lesson->comment);
	*lesson = (struct lesson){ 0 };
}
