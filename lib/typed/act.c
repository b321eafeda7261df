/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "act.h"

#include <errno.h>
#include <string.h>

#include "lib/base/names.h"
#include "lib/conn/calls.h"
#include "lib/conn/sockopt.h"
#include "lib/net/tcp.h"
#include "lib/text/escape.h"

void act_refuse(struct report *report, const char *what, const char *why)
{
	report_refusal(report, "%s: %s", what, why);
}

void act_failed(
	struct report *report, const char *what, const char *path, int error)
{
	char why[NAMES_DESCRIPTION_SIZE], text[ESCAPE_LINE_SIZE] = "";

	names_describe(why, error);
	if (path)
		escape_line(text, path, strlen(path));
	report_failure(report, "%s%s%s: %s", what, path ? " " : "", text, why);
}

/* Whether the command goes behind what is queued. */
static bool is_queued(enum command_id id)
{
	return id == COMMAND_SEND || id == COMMAND_SENDFILE ||
		id == COMMAND_FILL || id == COMMAND_SHUTDOWN ||
		id == COMMAND_CLOSE || id == COMMAND_BLOCK;
}

static void act_hold(
	struct conn *conn, const struct command *command, struct report *report)
{
	if (conn->hold)
		act_refuse(report, "hold", "held already; release it first");
	else if (!conn_hold(conn, command->child))
		act_failed(report, "hold", NULL, errno);
}

static void act_state(struct conn *conn)
{
	struct tcp_facts facts = tcp_ask(conn->fd);
	char text[TCP_DESCRIPTION_SIZE];

	calls_note_error(conn, facts.error);
	tcp_describe(&facts, text);
	calls_report(conn,
		(struct event){ .kind = EVENT_STATE,
			.detail = text,
			.unread = facts.unread_bytes,
			.unacknowledged = facts.unacknowledged_bytes,
			.poll = facts.poll,
			.error = facts.error });
}

static void act_pause(struct conn *conn, bool paused, struct report *report)
{
	conn->paused = paused;
	report_note(report, conn->number, "reading %s",
		paused ? "is paused: read, or resume" : "goes on");
}

static void act_more(struct conn *conn, struct report *report)
{
	conn->more = conn->more_once = true;
	report_note(report, conn->number, "the next send has MSG_MORE");
}

static void act_block(
	struct conn *conn, const struct command *command, struct report *report)
{
	if (command->call == THREAD_CLOSE) {
		conn->close_blocks = true;
		conn_close(conn);
	} else if (conn->in_recv) {
		act_refuse(report, "block", "a thread sits in recv already");
	} else if (conn_block_recv(conn)) {
		report_note(report, conn->number, "a thread sits in recv");
	} else {
		act_failed(report, "block", NULL, errno);
	}
}

/* What the kernel takes of a UNIX socket's owner, and does not heed. */
static void note_without_tcp(
	const struct conn *conn, enum command_id id, struct report *report)
{
	if (tcp_is(conn->fd))
		return;
	if (id == COMMAND_RESET)
		report_note(report, conn->number,
			"a UNIX socket has no RST: this is a plain close");
	else if (id == COMMAND_LINGER || id == COMMAND_KEEPALIVE ||
		id == COMMAND_MORE)
		report_note(report, conn->number,
			"on a UNIX socket this has no effect");
}

static void act_save(
	struct conn *conn, const struct command *command, struct report *report)
{
	char text[ESCAPE_LINE_SIZE];

	if (!command->path && !conn->save)
		act_refuse(report, "save", "expected a path");
	else if (!command->path)
		conn_end_save(conn);
	else if (!conn_save(conn, command->path, command->until))
		act_failed(report, "save", command->path, errno);
	else
		report_note(report, conn->number,
			"save: what arrives goes to %s; save alone ends that",
			escape_line(
				text, command->path, strlen(command->path)));
}

/* The commands that set an option of the socket. */
static void act_sockopt(struct conn *conn, const struct command *command)
{
	int64_t duration_ms = command->duration_ms;

	switch (command->spec->id) {
	case COMMAND_LINGER:
		sockopt_linger(conn, command->on, duration_ms);
		break;
	case COMMAND_LINGER2:
		sockopt_linger2(conn, command->on, duration_ms);
		break;
	case COMMAND_KEEPALIVE:
		sockopt_keepalive(conn, command->on, duration_ms,
			command->interval_ms, command->number);
		break;
	case COMMAND_USER_TIMEOUT:
		sockopt_user_timeout(conn, duration_ms);
		break;
	case COMMAND_QUICKACK:
		sockopt_quickack(conn, command->on);
		break;
	case COMMAND_BLOCKING:
		sockopt_blocking(conn, command->on);
		break;
	default:
		break;
	}
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
	note_without_tcp(conn, command->spec->id, report);
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
			act_failed(report, name, command->path, errno);
		break;
	case COMMAND_SAVE:
		act_save(conn, command, report);
		break;
	case COMMAND_PEEK:
		calls_peek(conn, command->number);
		break;
	case COMMAND_FILL:
		conn_fill(conn, command->number);
		break;
	case COMMAND_MORE:
		act_more(conn, report);
		break;
	case COMMAND_BLOCK:
		act_block(conn, command, report);
		break;
	case COMMAND_LINGER:
	case COMMAND_LINGER2:
	case COMMAND_KEEPALIVE:
	case COMMAND_USER_TIMEOUT:
	case COMMAND_QUICKACK:
	case COMMAND_BLOCKING:
		act_sockopt(conn, command);
		break;
	case COMMAND_RELEASE:
	case COMMAND_READ:
	case COMMAND_REPLY:
	case COMMAND_PROBE:
	case COMMAND_EVERY:
	case COMMAND_SLEEP:
	case COMMAND_WAIT:
	case COMMAND_OPEN:
	case COMMAND_ACCEPT:
	case COMMAND_LISTENER:
	case COMMAND_USE:
	case COMMAND_LIST:
	case COMMAND_QUIT:
	case COMMAND_HELP:
		break;
	}
}
