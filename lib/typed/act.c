/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "act.h"

#include <errno.h>
#include <string.h>

#include "lib/base/escape.h"
#include "lib/base/names.h"
#include "lib/conn/calls.h"
#include "lib/net/tcp.h"

void act_refuse(struct report *report, const char *what, const char *why)
{
	report_refusal(report, "%s: %s", what, why);
}

/* A command that the system refused, by errno. */
static void act_failed(
	struct report *report, const char *what, const char *path)
{
	char why[NAMES_DESCRIPTION_SIZE], text[ESCAPE_LINE_SIZE] = "";

	names_describe(why, errno);
	if (path)
		escape_line(text, path, strlen(path));
	report->status->failed = true;
	report_complaint(
		report, "%s%s%s: %s", what, path ? " " : "", text, why);
}

/* Whether the command goes behind what is queued. */
static bool is_queued(enum command_id id)
{
	return id == COMMAND_SEND || id == COMMAND_SENDFILE ||
		id == COMMAND_SHUTDOWN || id == COMMAND_CLOSE;
}

static void act_hold(
	struct conn *conn, const struct command *command, struct report *report)
{
	if (conn->hold)
		act_refuse(report, "hold", "held already; release it first");
	else if (!conn_hold(conn, command->child))
		act_failed(report, "hold", NULL);
}

static void act_state(struct conn *conn)
{
	char text[TCP_DESCRIPTION_SIZE];

	tcp_describe(conn->fd, text);
	calls_report(
		conn, (struct event){ .kind = EVENT_STATE, .detail = text });
}

static void act_pause(struct conn *conn, bool paused, struct report *report)
{
	conn->paused = paused;
	report_note(report, conn->number, "reading %s",
		paused ? "is paused: read, or resume" : "goes on");
}

void act(
	struct conn *conn, const struct command *command, struct report *report)
{
	const char *name = command->spec->name;

	if (command->spec->id == COMMAND_RELEASE) {
		if (conn && conn->hold)
			conn_release(conn);
		else
			act_refuse(report, name, "nothing is held");
		return;
	}
	if (!conn || conn->fd < 0) {
		act_refuse(report, name, "there is no connection");
		return;
	}
	if (conn->closing && is_queued(command->spec->id)) {
		act_refuse(report, name, "the connection is closing");
		return;
	}
	switch (command->spec->id) {
	case COMMAND_SEND:
		if (report->side == CLIENT)
			report_sending(
				report, command->text, command->text_bytes);
		conn_send(conn, command->text, command->text_bytes);
		break;
	case COMMAND_CLOSE:
		conn_close(conn);
		break;
	case COMMAND_SHUTDOWN:
		conn_shutdown(conn, command->how);
		break;
	case COMMAND_RESET:
		conn_reset(conn);
		break;
	case COMMAND_HOLD:
		act_hold(conn, command, report);
		break;
	case COMMAND_PAUSE:
	case COMMAND_RESUME:
		act_pause(conn, command->spec->id == COMMAND_PAUSE, report);
		break;
	case COMMAND_STATE:
		act_state(conn);
		break;
	case COMMAND_SENDFILE:
		if (!conn_send_file(conn, command->path))
			act_failed(report, name, command->path);
		break;
	case COMMAND_SAVE:
		if (!conn_save(conn, command->path, command->until))
			act_failed(report, name, command->path);
		break;
	case COMMAND_RELEASE:
	case COMMAND_READ:
	case COMMAND_REPLY:
	case COMMAND_PROBE:
	case COMMAND_EVERY:
	case COMMAND_SLEEP:
	case COMMAND_WAIT:
	case COMMAND_OPEN:
	case COMMAND_USE:
	case COMMAND_LIST:
	case COMMAND_QUIT:
	case COMMAND_HELP:
		break;
	}
}
