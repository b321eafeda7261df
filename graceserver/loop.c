/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "loop.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "accepting.h"
#include "commands.h"
#include "lib/base/duration.h"
#include "lib/base/names.h"
#include "lib/base/signals.h"
#include "server.h"

/* How many events one turn takes. */
#define EVENTS_A_TURN 256

/* Brings all that epoll(7) watches into step, if it is time for that. */
static void watch_all(struct server *server)
{
	bool again = server->watch.again_ms &&
		server->watch.again_ms <= duration_now_ms();

	if (again)
		server->watch.again_ms = 0;
	for (struct served *served = server->connections.first; again && served;
		served = served->next)
		if (served->conn.fd >= 0)
			watch_served(&server->watch, served);
	watch_source(&server->watch, &server->arrivals,
		listener_ready(&server->listener, server->connections.count)
			? server->listener.fd
			: -1);
	watch_source(
		&server->watch, &server->input, editor_fd(&server->editor));
	watch_source(&server->watch, &server->returned,
		threads_fd(&server->serving.threads));
	server->watch.complained = server->watch.again_ms;
}

/*
 * Goes on where something was lacking: a reader of our output, memory to read
 * with.
 */
static void retry(struct server *server)
{
	report_retry(server->report);
	bool again = server->serving.again_ms &&
		server->serving.again_ms <= duration_now_ms();

	if (again)
		server->serving.again_ms = 0;
	if (!again && !server->serving.context.behind)
		return;
	for (struct served *served = server->connections.first, *next; served;
		served = next) {
		next = served->next;
		conn_retry_save(&served->conn);
		served->lacks_memory = served->lacks_memory && !again;
		server_update(server, served);
	}
}

/* How long epoll_pwait(2) may wait; -1 for ever. */
static int wait_ms(const struct server *server)
{
	int64_t now_ms = duration_now_ms();
	int64_t due_ms =
		duration_earlier_ms(timers_due_ms(&server->serving.thinking),
			timers_due_ms(&server->serving.idle));
	int64_t recheck_ms = editor_recheck_ms(&server->editor);

	due_ms = duration_earlier_ms(due_ms, console_due_ms(&server->console));
	if (server->listener.again_ms)
		due_ms = duration_earlier_ms(due_ms, server->listener.again_ms);
	if (server->serving.again_ms)
		due_ms = duration_earlier_ms(due_ms, server->serving.again_ms);
	if (server->watch.again_ms)
		due_ms = duration_earlier_ms(due_ms, server->watch.again_ms);
	if (recheck_ms >= 0)
		due_ms = duration_earlier_ms(due_ms, now_ms + recheck_ms);
	if (report_is_behind(server->report) || server->serving.context.behind)
		due_ms = duration_earlier_ms(due_ms, now_ms + OUTLET_RETRY_MS);
	if (server->input.refused && editor_fd(&server->editor) >= 0)
		due_ms = now_ms;
	if (due_ms < 0)
		return -1;
	if (due_ms <= now_ms)
		return 0;
	return due_ms - now_ms < INT32_MAX ? (int)(due_ms - now_ms) : INT32_MAX;
}

static void show_prompt(struct server *server)
{
	struct served *served = connections_target(&server->connections);
	char prompt[24] = "> ";

	if (served && server->report->numbered)
		snprintf(prompt, sizeof(prompt), "[%u]> ", served->conn.number);
	editor_show(&server->editor, prompt, TERMINAL_PLAIN);
}

static void serve_event(struct server *server, const struct epoll_event *event)
{
	struct served *served = event->data.ptr;

	if (event->data.ptr == &server->arrivals) {
		accepting_waiting(server);
	} else if (event->data.ptr == &server->input) {
		console_read(&server->console);
	} else if (event->data.ptr == &server->returned) {
		commands_returned(server);
	} else {
		if (conn_wants_write(&served->conn) &&
			event->events & (EPOLLOUT | EPOLLHUP | EPOLLERR))
			served_on_writable(served);
		if (served_wants_read(served) &&
			event->events & (EPOLLIN | EPOLLHUP | EPOLLERR))
			served_on_readable(served);
		server_update(server, served);
	}
}

static void expire(struct server *server)
{
	int64_t now_ms = duration_now_ms();
	struct timer *timer;

	while ((timer = timers_expire(&server->serving.thinking, now_ms))) {
		struct served *served = served_of_timer(timer);

		served_on_thought(served);
		server_update(server, served);
	}
	while ((timer = timers_expire(&server->serving.idle, now_ms))) {
		struct served *served = served_of_timer(timer);

		served_on_idle(served);
		server_update(server, served);
	}
	if (server->listener.again_ms <= now_ms)
		listener_retry(&server->listener);
}

/* Acts on signals that have come; false where one of them ends the server. */
static bool take_signals(struct server *server)
{
	signals_deliver();
	/* At a terminal Ctrl-C may be for a line or for what waits. */
	bool interrupted = server->editor.is_terminal
		? console_signals(&server->console)
		: signals_take(SIGINT);

	if (interrupted || signals_take(SIGTERM)) {
		server->ending = true;
		signals_end();
		report_line(server->report, 0, "received %llu datagrams",
			(unsigned long long)server->serving.messages);
		return false;
	}
	return true;
}

/* Waits once and serves what is ready and what is due. */
static void wait_and_serve(struct server *server)
{
	struct epoll_event events[EVENTS_A_TURN];

	if (!take_signals(server))
		return;
	retry(server);
	watch_all(server);
	show_prompt(server);
	int count = epoll_pwait(server->watch.epoll, events, EVENTS_A_TURN,
		wait_ms(server), signals_wait_mask());

	if (server->input.refused && editor_fd(&server->editor) >= 0)
		console_read(&server->console);
	for (int i = 0; i < count && !server_is_over(server); i++)
		serve_event(server, &events[i]);
	expire(server);
}

static void run(struct server *server)
{
	while (!server_is_over(server)) {
		console_run(&server->console);
		if (!server_is_over(server))
			wait_and_serve(server);
	}
	if (server->serving.context.sigpipe_caught)
		report_line(server->report, 0, "received %llu datagrams",
			(unsigned long long)server->serving.messages);
}

/* For the completion of `use`. */
static unsigned number_after(void *context, unsigned number)
{
	const struct server *server = context;
	const struct served *served = server->connections.first;

	while (served && served->conn.number <= number)
		served = served->next;
	return served ? served->conn.number : 0;
}

static void begin(struct server *server)
{
	const struct console_program program = commands_program(server);

	signals_catch(SIGINT);
	signals_catch(SIGTERM);
	server->serving.context.before_close = server_before_close;
	editor_begin(&server->editor,
		&(struct editor_options){
			.side = SERVER,
			.fd = STDIN_FILENO,
			.endless = true,
			.colour = server->report->colour,
			.keeps_history = !server->options->common.no_history,
			.numbers = { number_after, server },
		});
	console_init(
		&server->console, &server->editor, server->report, &program);
}

void loop_run(const struct server_options *options, struct report *report)
{
	struct server server = {
		.options = options,
		.report = report,
		.arrivals.fd = -1,
		.input.fd = -1,
		.returned.fd = -1,
	};
	char why[NAMES_DESCRIPTION_SIZE];

	server.serving.report = report;
	server.serving.context.on_event = report_on_event;
	server.serving.context.owner = report;
	server.serving.context.threads = &server.serving.threads;
	server.serving.context.with_state = report_wants_state(report);
	server.serving.context.nosignal =
		options->common.sigpipe == SIGPIPE_NOSIGNAL;
	begin(&server);
	if (!watch_open(&server.watch, report) ||
		!served_prepare(&server.serving, options)) {
		names_describe(why, errno);
		report->status->failed = true;
		report_complaint(report, "cannot start: %s", why);
	} else if (listener_open(&server.listener, options, report)) {
		run(&server);
	}
	listener_end(&server.listener);
	console_end(&server.console);
	editor_end(&server.editor);
	while (server.connections.first)
		connections_remove(
			&server.connections, server.connections.first);
	free(server.serving.context.buffer);
}
