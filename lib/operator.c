/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "operator.h"

#include <stdio.h>
#include <string.h>

#include "act.h"
#include "duration.h"
#include "parse.h"
#include "tcp.h"

/* How often a wait for RST looks, where no call of ours would show it. */
#define LOOK_FOR_RESET_MS 10

void operator_init(struct operator* operator, struct editor * editor,
	struct report *report, const struct operator_program *program)
{
	*operator=(struct operator){
		.program = *program, .editor = editor, .report = report
	};
}

static void done(struct operator* operator)
{
	report_event(operator->report,
		&(struct event){ .kind = EVENT_DONE, .line = operator->line });
}

static void help(struct report *report, const struct command_spec *topic)
{
	const struct command_spec *spec = NULL;

	while ((spec = command_next(report->side, spec))) {
		char usage[48];

		if (topic && spec != topic)
			continue;
		snprintf(usage, sizeof(usage), "%s %s", spec->name,
			spec->synopsis);
		report_line(report, 0, "  %-32s %s", usage, spec->help);
	}
	if (!topic && report->side == SIDE_CLIENT)
		report_line(report, 0, "  %-32s %s", "TEXT",
			"any other line is sent, without its newline");
}

static void begin_probe(struct operator* operator)
{
	struct conn *conn = operator->program.target(operator->program.context);

	if (!conn || conn->fd < 0) {
		act_refuse(operator->report, "probe", "there is no connection");
	} else if (probe_begin(&operator->probe, conn)) {
		operator->pace = PACE_PROBE;
		operator->conn = conn->number;
	}
}

static void begin_pace(struct operator* operator, enum operator_pace pace,
	const struct command *command)
{
	operator->pace = pace;
	operator->await = command->await;
	operator->conn = 0;
	operator->deadline_ms = command->duration_ms<0
		? -1
		: duration_deadline_ms(command->duration_ms);
}

static void act_on(struct operator* operator, const struct command * command)
{
	switch (command->spec->id) {
	case COMMAND_HELP:
		help(operator->report, command->topic);
		break;
	case COMMAND_SLEEP:
		begin_pace(operator, PACE_SLEEP, command);
		break;
	case COMMAND_WAIT:
		begin_pace(operator, PACE_WAIT, command);
		break;
	case COMMAND_PROBE:
		begin_probe(operator);
		break;
	default:
		operator->program.act(operator->program.context, command);
	}
}

/* Whether what is awaited has come; *hopeless if it never can. */
static bool has_come(struct operator* operator, bool * hopeless)
{
	const struct operator_program *program = &operator->program;
	struct conn *conn;

	if (!operator->conn) {
		conn = program->target(program->context);
		if (!conn)
			return false;
		operator->conn = conn->number;
	}
	conn = program->find(program->context, operator->conn);
	bool open = conn && conn->fd >= 0;
	/* After which the kernel's CLOSE need not come of a RST. */
	bool in_order =
		open && conn->shut_wr && conn->receiving == RECEIVING_EOF;

	switch (operator->await) {
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
		return !*hopeless && !strcmp(tcp_state(conn->fd), "CLOSE");
	}
	return false;
}

static bool wait_over(struct operator* operator, bool past_deadline)
{
	static const char *const what[] = {
		[AWAIT_REPLY] = "reply",
		[AWAIT_EOF] = "EOF",
		[AWAIT_RESET] = "RST",
	};
	bool hopeless = false;

	if (has_come(operator, & hopeless))
		return true;
	if (!hopeless && !past_deadline)
		return false;
	operator->gave_up = operator->report->status->timed_out = true;
	report_complaint(operator->report, "wait: no %s %s",
		what[operator->await],
		hopeless ? "can come any more" : "came in time");
	return true;
}

static bool pace_over(struct operator* operator)
{
	bool past_deadline = operator->deadline_ms >= 0 && duration_now_ms() >=
			     operator->deadline_ms;
	struct conn *conn;

	switch (operator->pace) {
	case PACE_NONE:
		return true;
	case PACE_SLEEP:
		return past_deadline;
	case PACE_WAIT:
		return wait_over(operator, past_deadline);
	case PACE_PROBE:
		conn = operator->program
			       .find(operator->program.context, operator->conn);
		return !conn || probe_finished(&operator->probe, conn);
	}
	return true;
}

static void take_line(struct operator* operator, char * line, size_t len)
{
	char error[PARSE_ERROR_SIZE];
	struct command command;

	switch (parse_command(operator->report->side, line, len, &command,
		error)) {
	case PARSE_DONE:
		act_on(operator, & command);
		break;
	case PARSE_EMPTY:
		break;
	case PARSE_ERROR:
		operator->report->status->misused = true;
		report_complaint(operator->report, "%s", error);
		break;
	}
}

/* Takes the next line; false if there is none. */
static bool next_line(struct operator* operator)
{
	char *line;
	size_t len;

	switch (editor_take(operator->editor, &line, &len)) {
	case LINES_NONE:
		return false;
	case LINES_TAKEN:
		operator->line++;
		if (operator->program.line_came)
			operator->program.line_came(operator->program.context);
		take_line(operator, line, len);
		break;
	case LINES_TOO_LONG:
		operator->line++;
		operator->report->status->misused = true;
		report_complaint(operator->report,
			"line %lu is longer than %d bytes and was dropped",
			operator->line, LINES_MAX_BYTES);
		break;
	}
	return true;
}

void operator_run(struct operator *operator)
{
	const struct operator_program *program = &operator->program;

	while (!program->ending(program->context)) {
		if (operator->pace != PACE_NONE) {
			if (!pace_over(operator))
				return;
			operator->pace = PACE_NONE;
			done(operator);
			continue;
		}
		if (program->busy && program->busy(program->context))
			return;
		if (!next_line(operator))
			return;
		if (operator->pace == PACE_NONE &&
			!program->ending(program->context))
			done(operator);
	}
}

int64_t operator_due_ms(const struct operator* operator)
{
	int64_t look_ms = -1;

	if (operator->pace == PACE_NONE)
		return -1;
	if (operator->pace == PACE_PROBE)
		look_ms = duration_now_ms() + PROBE_LOOK_MS;
	if (operator->pace == PACE_WAIT && operator->await == AWAIT_RESET)
		look_ms = duration_now_ms() + LOOK_FOR_RESET_MS;
	if (look_ms < 0 || operator->pace == PACE_PROBE)
		return look_ms < 0 ? operator->deadline_ms : look_ms;
	return operator->deadline_ms >= 0 && operator->deadline_ms<look_ms
		?
		operator->deadline_ms : look_ms;
}

bool operator_ended(const struct operator* operator)
{
	return operator->pace == PACE_NONE && editor_ended(operator->editor);
}
