/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "console.h"

#include <errno.h>
#include <string.h>

#include "act.h"
#include "help.h"
#include "lib/base/names.h"
#include "lib/text/escape.h"
#include "parse.h"
#include "token.h"

static void hide_line(void *context)
{
	editor_hide(context);
}

void console_init(struct console *console, struct editor *editor,
	struct report *report, const struct console_program *program)
{
	*console = (struct console){
		.program = *program, .editor = editor, .report = report
	};
	console->pace = (struct pace){ .conns = program->conns,
		.report = report,
		.says = editor->is_terminal };
	/* Output takes the place of the line that is being typed. */
	report->hooks.before = hide_line;
	report->hooks.context = editor;
}

void console_end(struct console *console)
{
	console->report->hooks.before = NULL;
}

void console_read(struct console *console)
{
	char why[NAMES_DESCRIPTION_SIZE];

	int failed = editor_read(console->editor);

	if (console->editor->at_end)
		report_answer(console->report, 0,
			"quit or Ctrl-C ends the server, Ctrl-D does not");
	console->editor->at_end = false;
	if (!failed)
		return;
	names_describe(why, errno);
	console->report->status->failed = true;
	console->editor->lines.ended = true;
	report_complaint(console->report, "cannot read the lines: %s", why);
}

static void done(struct console *console)
{
	char *refused = console->report->refused;

	if (console->program.settle)
		console->program.settle(console->program.conns.context);
	report_event(console->report,
		&(struct event){ .kind = EVENT_DONE,
			.line = console->line,
			.detail = *refused ? refused : NULL });
	*refused = '\0';
}

/* As close(2) itself does, where no thread was asked for. */
static void begin_close(struct console *console, const struct command *command)
{
	const struct console_program *program = &console->program;
	struct conn *conn = program->conns.target(program->conns.context);
	unsigned number = conn ? conn->number : 0;
	bool already = conn && conn->in_close;

	program->act(program->conns.context, command);
	conn = program->conns.find(program->conns.context, number);
	if (conn && !already && conn->in_close)
		pace_close(&console->pace, conn);
}

static void act_on(struct console *console, const struct command *command)
{
	switch (command->spec->id) {
	case COMMAND_HELP:
		help(console->report, command->topic);
		break;
	case COMMAND_SLEEP:
		pace_sleep(&console->pace, command);
		break;
	case COMMAND_WAIT:
		pace_wait(&console->pace, command);
		break;
	case COMMAND_PROBE:
		pace_probe(&console->pace);
		break;
	case COMMAND_CLOSE:
		begin_close(console, command);
		break;
	default:
		console->program.act(console->program.conns.context, command);
	}
}

static bool stop(struct console *console)
{
	const struct console_program *program = &console->program;

	if (pace_stop(&console->pace)) {
		done(console);
		return true;
	}
	return program->interrupt && program->interrupt(program->conns.context);
}

bool console_signals(struct console *console)
{
	bool is_server = console->report->side == SERVER;

	switch (editor_signals(console->editor)) {
	case TERMINAL_NO_KEY:
		return false;
	case TERMINAL_LEAVE:
		return true;
	case TERMINAL_DROPPED:
		break;
	case TERMINAL_INTERRUPT:
		/* The server has no line that a second key should guard. */
		if (!stop(console) && is_server)
			return true;
		break;
	}
	report_answer(console->report, 0,
		is_server ? "Ctrl-C again ends the server"
			  : "Ctrl-C again leaves at once, Ctrl-D in order");
	return false;
}

/* Data that looks like a command is sent, and that is worth a word. */
static void say_near(struct report *report, const struct command *command)
{
	size_t len = token_length(command->text, command->text_bytes);
	const char *near = command_near(report->side, command->text, len);
	char shown[ESCAPE_LINE_SIZE];

	if (near)
		report_note(report, 0, "'%s' is sent; the command is %s",
			escape_line(shown, command->text, len), near);
}

static void take_line(struct console *console, char *line, size_t len)
{
	char error[PARSE_ERROR_SIZE];
	struct command command;

	switch (parse_command(
		console->report->side, line, len, &command, error)) {
	case PARSE_DONE:
		if (command.implied)
			say_near(console->report, &command);
		act_on(console, &command);
		break;
	case PARSE_EMPTY:
		break;
	case PARSE_ERROR:
		report_refusal(console->report, "%s", error);
		break;
	}
}

/* Takes the next line; false if there is none. */
static bool next_line(struct console *console)
{
	char *line;
	size_t len;

	switch (editor_take(console->editor, &line, &len)) {
	case LINES_NONE:
		return false;
	case LINES_TAKEN:
		console->line++;
		*console->report->refused = '\0';
		if (console->program.line_came)
			console->program.line_came(
				console->program.conns.context);
		take_line(console, line, len);
		break;
	case LINES_TOO_LONG:
		console->line++;
		report_refusal(console->report,
			"line %lu is longer than %d bytes and was dropped",
			console->line, LINES_MAX_BYTES);
		break;
	}
	return true;
}

void console_run(struct console *console)
{
	const struct console_program *program = &console->program;

	while (!program->ending(program->conns.context)) {
		if (console->pace.kind != PACE_NONE) {
			if (!pace_is_over(&console->pace))
				return;
			done(console);
			continue;
		}
		if (program->busy && program->busy(program->conns.context))
			return;
		if (!next_line(console))
			return;
		if (console->pace.kind == PACE_NONE &&
			!program->ending(program->conns.context))
			done(console);
	}
}

int64_t console_due_ms(const struct console *console)
{
	return pace_due_ms(&console->pace);
}

bool console_ended(const struct console *console)
{
	return console->pace.kind == PACE_NONE && editor_ended(console->editor);
}
