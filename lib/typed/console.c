/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "console.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "act.h"
#include "lib/base/duration.h"
#include "lib/base/names.h"
#include "lib/net/tcp.h"
#include "parse.h"

/* How often a wait for RST looks, where no call of ours would show it. */
#define LOOK_FOR_RESET_MS 10

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

	if (!editor_read(console->editor))
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
		console->program.settle(console->program.context);
	report_event(console->report,
		&(struct event){ .kind = EVENT_DONE,
			.line = console->line,
			.detail = *refused ? refused : NULL });
	*refused = '\0';
}

static void help(struct report *report, const struct command_spec *topic)
{
	const struct command_spec *spec = NULL;

	while ((spec = command_next(1u << report->side, spec))) {
		char usage[48];

		if (topic && spec != topic)
			continue;
		snprintf(usage, sizeof(usage), "%s %s", spec->name,
			spec->synopsis);
		report_line(report, 0, "  %-32s %s", usage, spec->help);
	}
	if (!topic && report->side == CLIENT)
		report_line(report, 0, "  %-32s %s", "TEXT",
			"any other line is sent, without its newline");
}

static void begin_probe(struct console *console)
{
	struct conn *conn = console->program.target(console->program.context);

	if (!conn || conn->fd < 0) {
		act_refuse(console->report, "probe", "there is no connection");
	} else if (probe_begin(&console->probe, conn)) {
		console->pace = PACE_PROBE;
		console->conn = conn->number;
	}
}

static void begin_pace(struct console *console, enum console_pace pace,
	const struct command *command)
{
	console->pace = pace;
	console->await = command->await;
	console->conn = 0;
	console->deadline_ms = command->duration_ms < 0
		? -1
		: duration_deadline_ms(command->duration_ms);
}

/* As close(2) itself does, where no thread was asked for. */
static void begin_close(struct console *console, const struct command *command)
{
	const struct console_program *program = &console->program;
	struct conn *conn = program->target(program->context);
	unsigned number = conn ? conn->number : 0;
	bool already = conn && conn->in_close;

	program->act(program->context, command);
	conn = program->find(program->context, number);
	if (!conn || already || !conn->in_close)
		return;
	console->pace = PACE_CLOSE;
	console->conn = number;
	console->deadline_ms = -1;
}

static void act_on(struct console *console, const struct command *command)
{
	switch (command->spec->id) {
	case COMMAND_HELP:
		help(console->report, command->topic);
		break;
	case COMMAND_SLEEP:
		begin_pace(console, PACE_SLEEP, command);
		break;
	case COMMAND_WAIT:
		begin_pace(console, PACE_WAIT, command);
		break;
	case COMMAND_PROBE:
		begin_probe(console);
		break;
	case COMMAND_CLOSE:
		begin_close(console, command);
		break;
	default:
		console->program.act(console->program.context, command);
	}
}

/* Whether what is awaited has come; *hopeless if it never can. */
static bool has_come(struct console *console, bool *hopeless)
{
	const struct console_program *program = &console->program;
	struct conn *conn;

	if (!console->conn) {
		conn = program->target(program->context);
		if (!conn)
			return false;
		console->conn = conn->number;
	}
	conn = program->find(program->context, console->conn);
	bool open = conn && conn->fd >= 0;
	/* After which the kernel's CLOSE need not come of a RST. */
	bool in_order =
		open && conn->shut_wr && conn->receiving == RECEIVING_EOF;

	switch (console->await) {
	case AWAIT_REPLY:
		if (conn && conn->replied) {
			conn->replied = false;
			return true;
		}
		*hopeless = !open || conn->receiving != RECEIVING_OPEN;
		return false;
	case AWAIT_EOF:
		*hopeless =
			conn && (!open || conn->receiving == RECEIVING_RESET);
		return !conn || conn->receiving == RECEIVING_EOF;
	case AWAIT_RESET:
		if (!conn || conn->broken)
			return true;
		*hopeless = !open || in_order;
		return !*hopeless && tcp_state(conn->fd) == STATE_CLOSE;
	}
	return false;
}

static bool wait_over(struct console *console, bool past_deadline)
{
	static const char *const what[] = {
		[AWAIT_REPLY] = "reply",
		[AWAIT_EOF] = "EOF",
		[AWAIT_RESET] = "RST",
	};
	bool hopeless = false;

	if (has_come(console, &hopeless))
		return true;
	if (!hopeless && !past_deadline)
		return false;
	console->gave_up = console->report->status->timed_out = true;
	report_complaint(console->report, "wait: no %s %s",
		what[console->await],
		hopeless ? "can come any more" : "came in time");
	return true;
}

static bool pace_over(struct console *console)
{
	bool past_deadline = console->deadline_ms >= 0 &&
		duration_now_ms() >= console->deadline_ms;
	struct conn *conn;

	switch (console->pace) {
	case PACE_NONE:
		return true;
	case PACE_SLEEP:
		return past_deadline;
	case PACE_WAIT:
		return wait_over(console, past_deadline);
	case PACE_PROBE:
		conn = console->program.find(
			console->program.context, console->conn);
		return !conn || probe_finished(&console->probe, conn);
	case PACE_CLOSE:
		conn = console->program.find(
			console->program.context, console->conn);
		return !conn || !conn->in_close;
	}
	return true;
}

static void take_line(struct console *console, char *line, size_t len)
{
	char error[PARSE_ERROR_SIZE];
	struct command command;

	switch (parse_command(
		console->report->side, line, len, &command, error)) {
	case PARSE_DONE:
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
			console->program.line_came(console->program.context);
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

	while (!program->ending(program->context)) {
		if (console->pace != PACE_NONE) {
			if (!pace_over(console))
				return;
			console->pace = PACE_NONE;
			done(console);
			continue;
		}
		if (program->busy && program->busy(program->context))
			return;
		if (!next_line(console))
			return;
		if (console->pace == PACE_NONE &&
			!program->ending(program->context))
			done(console);
	}
}

int64_t console_due_ms(const struct console *console)
{
	int64_t look_ms = -1;

	if (console->pace == PACE_NONE)
		return -1;
	if (console->pace == PACE_PROBE)
		look_ms = duration_now_ms() + PROBE_LOOK_MS;
	if (console->pace == PACE_WAIT && console->await == AWAIT_RESET)
		look_ms = duration_now_ms() + LOOK_FOR_RESET_MS;
	if (look_ms < 0 || console->pace == PACE_PROBE)
		return look_ms < 0 ? console->deadline_ms : look_ms;
	return console->deadline_ms >= 0 && console->deadline_ms < look_ms
		? console->deadline_ms
		: look_ms;
}

bool console_ended(const struct console *console)
{
	return console->pace == PACE_NONE && editor_ended(console->editor);
}
