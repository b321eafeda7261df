/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "commands.h"

#include "lib/typed/act.h"
#include "opening.h"

static void act_on(void *context, const struct command *command)
{
	struct session *session = context;

	switch (command->spec->id) {
	case COMMAND_QUIT:
		session->quitting = true;
		break;
	case COMMAND_OPEN:
		opening_again(session, command);
		break;
	case COMMAND_EVERY:
		every_start(&session->every, command, session->report);
		every_run(&session->every, &session->conn, session->report);
		break;
	case COMMAND_READ:
		if (session->conn.fd < 0)
			act_refuse(session->report, "read",
				"there is no connection");
		else
			session_receive(session, true, command->number);
		break;
	default:
		act(&session->conn, command, session->report);
	}
}

static struct conn *target(void *context)
{
	struct session *session = context;

	return &session->conn;
}

static struct conn *find(void *context, unsigned number)
{
	struct session *session = context;

	return session->conn.number == number ? &session->conn : NULL;
}

static bool interrupt(void *context)
{
	struct session *session = context;

	if (!session->every.text)
		return false;
	every_stop(&session->every);
	report_answer(session->report, 0, "every: ended by Ctrl-C");
	return true;
}

static void line_came(void *context)
{
	struct session *session = context;

	every_stop(&session->every);
}

static bool is_busy(void *context)
{
	return session_is_busy(context);
}

static bool is_over(void *context)
{
	return session_is_over(context);
}

void commands_returned(struct session *session)
{
	struct thread_result *result;

	while ((result = threads_take(&session->threads))) {
		conn_returned(&session->conn, result);
		thread_result_free(result);
	}
}

static void settle(void *context)
{
	struct session *session = context;

	threads_settle(&session->threads);
	commands_returned(session);
}

struct console_program commands_program(struct session *session)
{
	return (struct console_program){
		.conns = { target, find, session },
		.act = act_on,
		.line_came = line_came,
		.busy = is_busy,
		.interrupt = interrupt,
		.settle = settle,
		.ending = is_over,
	};
}
