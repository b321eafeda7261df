/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tell.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gracelab/live/words/say.h"
#include "lib/text/escape.h"

void tell_make_room(struct session *session)
{
	editor_hide(&session->editor);
	fflush(stdout);
}

/* A text of one line, for free(3). */
__attribute__((format(printf, 1, 0))) static char *make(
	const char *format, va_list arguments)
{
	char *text = NULL, *fit = NULL;

	if (vasprintf(&text, format, arguments) < 0)
		return NULL;
	fit = malloc(ESCAPE_SIZE(strlen(text)));
	if (fit)
		escape_lines(fit, text, strlen(text));
	free(text);
	return fit;
}

void tell_note(struct session *session, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	char *text = make(format, arguments);

	va_end(arguments);
	tell_make_room(session);
	if (text)
		say_paragraph(stdout, "* ", text, session->options->ascii);
	free(text);
}

/* A person sees which line it was; a pipe's reader has to be told. */
__attribute__((format(printf, 2, 0))) static void complain(
	struct session *session, const char *format, va_list arguments)
{
	bool by_hand = session->editor.is_tty || !session->line;
	char *text = make(format, arguments), *line = NULL;

	if (by_hand &&
		asprintf(&line, "gracelab: %s", text ? text : "no memory") < 0)
		line = NULL;
	if (!by_hand &&
		asprintf(&line, "gracelab: line %lu: %s", session->line,
			text ? text : "no memory") < 0)
		line = NULL;
	tell_make_room(session);
	if (line)
		say_paragraph(stderr, "", line, session->options->ascii);
	free(line);
	free(text);
}

void tell_refusal(struct session *session, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	complain(session, format, arguments);
	va_end(arguments);
	session->status.misused = true;
}

void tell_failure(struct session *session, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	complain(session, format, arguments);
	va_end(arguments);
	session->status.failed = true;
}
