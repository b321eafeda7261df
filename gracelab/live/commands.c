/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "commands.h"
#include "attempt.h"
#include "paint.h"
#include "tell.h"

#include <stdlib.h>
#include <string.h>

#include "gracelab/live/words/meaning.h"
#include "gracelab/live/words/say.h"
#include "lib/text/near.h"
#include "prompt.h"

static const char BLANK[] = " \t\r";

/* A number of steps; 1 where none is said, 0 where it is none. */
static size_t how_many(const char *arguments, size_t all)
{
	char *end;

	if (!*arguments)
		return 1;
	if (!strcmp(arguments, "all"))
		return all;
	unsigned long number = strtoul(arguments, &end, 10);

	return *arguments >= '0' && *arguments <= '9' && !*end ? number : 0;
}

/* Whether that many can be; says so if not. */
static bool can_go(struct session *session, const char *what, size_t count,
	size_t all, const char *arguments)
{
	if (!count && *arguments && strcmp(arguments, "all") != 0)
		tell_refusal(session,
			"%s: expected a number of steps, or all, not '%s'",
			what, arguments);
	else if (!all)
		tell_refusal(session, "%s: there is nothing to %s", what, what);
	else if (count > all)
		tell_refusal(session, "%s %zu: there %s %zu", what, count,
			all == 1 ? "is only" : "are only", all);
	else
		return true;
	return false;
}

static void say_steps(
	struct session *session, const char *what, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++) {
		const char *step = lesson_step(&session->lesson, i);

		tell_note(session, "%s: %.*s", what, (int)strcspn(step, "\n"),
			step);
	}
}

static void undo(struct session *session, char *arguments)
{
	size_t done = session->lesson.done;
	size_t count = how_many(arguments, done);

	if (!can_go(session, "undo", count, done, arguments))
		return;
	session_go_to(session, done - count);
	say_steps(session, "undone", session->lesson.done, done);
}

static void redo(struct session *session, char *arguments)
{
	struct lesson *lesson = &session->lesson;
	size_t done = lesson->done, undone = lesson->count - done;
	size_t count = how_many(arguments, undone);

	if (!can_go(session, "redo", count, undone, arguments))
		return;
	session_go_to(session, done + count);
	say_steps(session, "done again", done, lesson->done);
}

static void list(struct session *session, char *arguments)
{
	const struct lesson *lesson = &session->lesson;
	struct say say;

	(void)arguments;
	say_begin(&say);
	for (size_t i = 0; say.out && i < lesson->count; i++)
		fprintf(say.out, "%3zu %s %s", i + 1,
			i < lesson->done ? " " : "(undone)",
			lesson_step(lesson, i));
	if (say.out && !lesson->count)
		fputs("no step yet\n", say.out);
	say_end(&say, session->paint.ascii);
}

static void ladder(struct session *session, char *arguments)
{
	(void)arguments;
	paint_all(session);
}

static void terminals(struct session *session, char *arguments)
{
	struct say say;

	(void)arguments;
	say_begin(&say);
	for (unsigned who = 0; say.out && who < ACTORS_MAX; who++) {
		const char *text = session->view.record.terminals[who];

		if (!session->view.plays[who])
			continue;
		fprintf(say.out, "the %s's terminal:\n%s", actor_name(who),
			text && *text ? text : "(nothing)\n");
	}
	say_end(&say, session->paint.ascii);
}

static void wire(struct session *session, char *arguments)
{
	const struct view *view = &session->view;
	char *waits = prompt_wire(view);

	(void)arguments;
	if (!session->play.wire)
		tell_refusal(session, "there is no wire here: %s",
			attempt_why_no_wire(session, session->experiment));
	else
		tell_note(session, "held: %s; what waits: %s",
			view->held[CLIENT] && view->held[SERVER] ? "both"
				: view->held[CLIENT]             ? "client"
				: view->held[SERVER]             ? "server"
								 : "nobody",
			waits ? waits : "?");
	free(waits);
}

static void what(struct session *session, char *arguments)
{
	const struct record *record = &session->view.record;
	size_t count = record->rung_count;

	/* As one would ask. */
	if (!strcmp(arguments, "could happen now?") ||
		!strcmp(arguments, "could happen now")) {
		future_next(session, "");
		return;
	}
	if (*arguments) {
		tell_refusal(session,
			"what: expected nothing, or `could happen now?', not "
			"'%s'",
			arguments);
		return;
	}
	char *text = count ? meaning_text(record, count - 1) : NULL;

	say_paragraph(stdout, "  ", text ? text : "There is no row yet.",
		session->paint.ascii);
	free(text);
}

static void big(struct session *session, char *arguments)
{
	if (*arguments && strcmp(arguments, "on") != 0 &&
		strcmp(arguments, "off") != 0) {
		tell_refusal(session, "big: expected on or off, not '%s'",
			arguments);
		return;
	}
	session->paint.big =
		*arguments ? !strcmp(arguments, "on") : !session->paint.big;
	paint_all(session);
}

static void quit(struct session *session, char *arguments)
{
	(void)arguments;
	session->leaving = true;
}

static const struct live_command table[] = {
	{ "undo", "[N|all]", "take the last step back, or N", "undo 2", "all",
		false, undo },
	{ "redo", "[N|all]", "do again what was undone", "redo all", "all",
		false, redo },
	{ "next", "", "what could happen now?", "next", NULL, false,
		future_next },
	{ "all", "", "count the ends that all orders from here lead to", "all",
		NULL, false, future_all },
	{ "explore", "", "next and all", "explore", NULL, false,
		future_explore },
	{ "what", "[could happen now?]",
		"what the last row means, and where "
		"that is written",
		"what", NULL, false, what },
	{ "wire", "", "what is held, and what waits", "wire", NULL, false,
		wire },
	{ "ladder", "", "the whole ladder", "ladder", NULL, false, ladder },
	{ "terminals", "", "what the programs' terminals show", "terminals",
		NULL, false, terminals },
	{ "list", "", "the steps so far", "list", NULL, false, list },
	{ "save", "[--force] [FILE]", "write the steps as an experiment",
		"save lesson.lab", NULL, true, files_save },
	{ "record", "[FILE]", "play it three times and write its golden",
		"record lesson.lab", NULL, true, files_record },
	{ "check", "", "play it again: does it give the same?", "check", NULL,
		false, files_check },
	{ "show", "[FORMAT [FILE]]", "play it and show it: text, svg, ...",
		"show svg lesson.svg", NULL, true, files_show },
	{ "big", "[on|off]",
		"the whole ladder after each line, for a "
		"projector",
		"big on", "on off", false, big },
	{ "help", "[COMMAND]", "this list, or one of it explained",
		"help client", NULL, false, guide_help },
	{ "quit", "", "leave; so does Ctrl-D", "quit", NULL, false, quit },
};

#define COMMANDS (sizeof(table) / sizeof(*table))

const struct live_command *commands_next(const struct live_command *previous)
{
	const struct live_command *next = previous ? previous + 1 : table;

	return next < table + COMMANDS ? next : NULL;
}

const struct live_command *commands_find(const char *name, size_t len)
{
	for (size_t i = 0; i < COMMANDS; i++)
		if (strlen(table[i].name) == len &&
			!memcmp(table[i].name, name, len))
			return &table[i];
	return NULL;
}

/* Says which names are near one that is none. */
static void refuse(struct session *session, const char *name)
{
	const struct live_command *near = NULL;

	while ((near = commands_next(near)))
		if (near_is(name, near->name))
			break;
	tell_refusal(session,
		"there is no command '%s'; perhaps %s? `help' lists all", name,
		near ? near->name : "client, server or wire and a line");
}

void commands_run(struct session *session, char *line)
{
	size_t len = strcspn(line, BLANK);
	const struct live_command *command = commands_find(line, len);
	char *arguments = line + len + strspn(line + len, BLANK);

	if (command && *arguments && !*command->synopsis) {
		tell_refusal(session,
			"%s: expected nothing behind it, not "
			"'%s'",
			command->name, arguments);
	} else if (command) {
		tell_make_room(session);
		command->run(session, arguments);
	} else {
		line[len] = '\0';
		refuse(session, line);
	}
}
