/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "commands.h"

#include "accepting.h"
#include "lib/typed/act.h"

static void act_on_listener(
	struct server *server, const struct command *command)
{
	struct listener *listener = &server->listener;

	if (listener->fd < 0)
		act_refuse(server->report, "listener", "nothing listens");
	else if (command->closes)
		listener_close(listener, server->report);
	else
		listener_shutdown(listener, server->report, command->how);
}

static void act_on(void *context, const struct command *command)
{
	struct server *server = context;
	struct served *served = connections_target(&server->connections);

	switch (command->spec->id) {
	case COMMAND_QUIT:
		server->ending = true;
		break;
	case COMMAND_LIST:
		connections_list(&server->connections, server->report);
		break;
	case COMMAND_ACCEPT:
		accepting_typed(server, command);
		break;
	case COMMAND_LISTENER:
		act_on_listener(server, command);
		break;
	case COMMAND_USE:
		if (connections_find(&server->connections, command->number))
			server->connections.chosen = command->number;
		else
			act_refuse(server->report, "use",
				"there is no such connection");
		break;
	default:
		served_act(served, command, server->report);
		if (served)
			server_update(server, served);
	}
}

static struct conn *target(void *context)
{
	struct server *server = context;
	struct served *served = connections_target(&server->connections);

	return served ? &served->conn : NULL;
}

static struct conn *find(void *context, unsigned number)
{
	struct server *server = context;
	struct served *served = connections_find(&server->connections, number);

	return served ? &served->conn : NULL;
}

static bool busy(void *context)
{
	const struct server *server = context;
	const struct served *served = connections_target(&server->connections);

	return !server->editor.is_terminal && served &&
		served->conn.queue.waiting_bytes > CONN_QUEUE_BUSY;
}

static bool is_over(void *context)
{
	return server_is_over(context);
}

/* A call that a thread made has returned. */
static void on_returned(
	struct server *server, const struct thread_result *result)
{
	if (result->call == THREAD_ACCEPT) {
		accepting_returned(server, result);
	} else {
		struct served *served =
			connections_find(&server->connections, result->conn);

		served_on_returned(served, result);
		server_update(server, served);
	}
}

void commands_returned(struct server *server)
{
	struct thread_result *result;

	while ((result = threads_take(&server->serving.threads))) {
		on_returned(server, result);
		thread_result_free(result);
	}
}

static void settle(void *context)
{
	struct server *server = context;

	threads_settle(&server->serving.threads);
	commands_returned(server);
}

struct console_program commands_program(struct server *server)
{
	return (struct console_program){
		.conns = { target, find, server },
		.act = act_on,
		.busy = busy,
		.settle = settle,
		.ending = is_over,
	};
}
