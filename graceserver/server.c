/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "connections.h"
#include "lib/base/duration.h"
#include "lib/base/names.h"
#include "lib/base/signals.h"
#include "lib/net/net.h"
#include "lib/net/tcp.h"
#include "lib/typed/act.h"
#include "lib/typed/console.h"
#include "listener.h"
#include "served.h"

/* How many events, and how many new connections, one turn takes. */
#define EVENTS_A_TURN  256
#define ACCEPTS_A_TURN 64

/* When epoll(7) had no memory for a watch: when to ask again. */
#define REWATCH_MS 100

/* Something that epoll(7) watches besides connections. */
struct source {
	int fd;       /* as watched; -1: it is not */
	bool refused; /* by epoll(7): a file, which is always ready */
};

struct server {
	const struct server_options *options;
	struct report *report;
	struct serving serving;
	struct editor editor;
	struct console console;
	struct connections connections;
	struct listener listener;
	unsigned accepted; /* how many so far: the number of the last */
	int epoll;
	struct source arrivals, input, returned;
	int64_t rewatch_ms; /* when to ask epoll(7) again; 0: no need */
	bool complained;    /* of its refusal, since the last success */
	sigset_t outside;   /* the signal mask to wait with */
	bool ending;
};

/* epoll_ctl(2) has failed, with errno: it is said, and tried again. */
static void watch_later(struct server *server)
{
	char why[NAMES_DESCRIPTION_SIZE];
	int error = errno;

	if (!server->complained) {
		report_event(server->report,
			&(struct event){ .kind = EVENT_ERROR,
				.said = true,
				.call = "epoll_ctl",
				.error = error });
		report_complaint(server->report, "epoll_ctl: %s; tried again",
			names_describe(why, error));
	}
	server->complained = true;
	server->rewatch_ms = duration_deadline_ms(REWATCH_MS);
}

/* Brings what epoll(7) watches into step with what the connection wants. */
static void watch(struct server *server, struct served *served)
{
	struct epoll_event event = {
		.events = (served_wants_read(served) ? (uint32_t)EPOLLIN : 0) |
			(conn_wants_write(&served->conn) ? (uint32_t)EPOLLOUT
							 : 0),
		.data.ptr = served,
	};

	if (event.events == served->watched)
		return;
	/* Unwatched altogether: a reset is reported with no events asked. */
	int change = !event.events ? EPOLL_CTL_DEL
		: served->watched  ? EPOLL_CTL_MOD
				   : EPOLL_CTL_ADD;

	if (epoll_ctl(server->epoll, change, served->conn.fd, &event))
		watch_later(server);
	else
		served->watched = event.events;
}

/* close(2) alone does not end the watch of a socket that is held elsewhere. */
static void unwatch(struct conn *conn)
{
	struct served *served = (struct served *)conn;
	struct server *server = (struct server *)((char *)served->serving -
		offsetof(struct server, serving));

	/* A child that holds some connection has a copy of each for a moment.
	 */
	if (served->watched)
		epoll_ctl(server->epoll, EPOLL_CTL_DEL, conn->fd, NULL);
	served->watched = 0;
}

static void end_served(struct server *server, struct served *served)
{
	if (server->options->once) {
		server->ending = true;
		server->report->status->broken |= served->conn.broken;
	}
	connections_remove(&server->connections, served);
	listener_retry(&server->listener);
}

/* To call after anything was done to a connection; it may be gone then. */
static void update(struct server *server, struct served *served)
{
	served_settle(served);
	if (served->conn.fd >= 0)
		watch(server, served);
	if (server->serving.context.sigpipe_caught)
		return;
	if (served_is_over(served))
		end_served(server, served);
}

static void report_accept(struct server *server, const struct served *served,
	const struct sockaddr *address, socklen_t address_bytes)
{
	char local[NET_ADDRESS_SIZE], peer[NET_ADDRESS_SIZE];

	if (!report_wants_state(server->report))
		return;
	net_format_end(served->conn.fd, false, local);
	net_format(address, address_bytes, peer);
	report_event(server->report,
		&(struct event){ .kind = EVENT_ACCEPT,
			.conn = served->conn.number,
			.detail = peer,
			.local = local,
			.peer = peer,
			.state = tcp_state(served->conn.fd) });
}

static void begin_served(struct server *server, int fd,
	const struct sockaddr *address, socklen_t address_bytes)
{
	struct served *served =
		served_new(&server->serving, fd, ++server->accepted);

	if (!served) {
		server->report->status->failed = true;
		report_complaint(server->report, "no memory for a connection");
		close(fd);
		return;
	}
	connections_add(&server->connections, served);
	report_accept(server, served, address, address_bytes);
	served_on_accept(served);
	update(server, served);
}

static void accept_waiting(struct server *server)
{
	for (int i = 0; i < ACCEPTS_A_TURN; i++) {
		struct sockaddr_storage address;
		socklen_t size;

		if (!listener_ready(
			    &server->listener, server->connections.count))
			return;
		int fd = listener_accept(&server->listener, server->report,
			&address, &size, false);

		if (fd < 0)
			return;
		begin_served(server, fd, (struct sockaddr *)&address, size);
	}
}

/* `accept`, once or in a thread. */
static void accept_typed(struct server *server, const struct command *command)
{
	struct listener *listener = &server->listener;
	char why[NAMES_DESCRIPTION_SIZE];
	struct sockaddr_storage address;
	socklen_t size;

	if (listener->in_accept) {
		act_refuse(server->report, "accept",
			"a thread sits in accept already");
	} else if (listener->fd < 0) {
		act_refuse(server->report, "accept", "nothing listens");
	} else if (!command->block) {
		int fd = listener_accept(
			listener, server->report, &address, &size, true);

		if (fd >= 0)
			begin_served(
				server, fd, (struct sockaddr *)&address, size);
	} else if (listener_block(listener, &server->serving.threads)) {
		report_note(server->report, 0, "a thread sits in accept");
	} else {
		names_describe(why, errno);
		server->report->status->failed = true;
		report_complaint(server->report, "accept: %s", why);
	}
}

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
		accept_typed(server, command);
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
			update(server, served);
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
	const struct server *server = context;

	return server->ending || server->report->broken ||
		server->serving.context.sigpipe_caught;
}

/* Watches `fd` as the source from now on; -1: nothing. */
static void watch_source(struct server *server, struct source *source, int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = source };

	if (fd == source->fd || source->refused)
		return;
	/* One that was closed meanwhile is watched no more by itself. */
	if (source->fd >= 0)
		epoll_ctl(server->epoll, EPOLL_CTL_DEL, source->fd, NULL);
	source->fd = fd;
	if (fd < 0 || !epoll_ctl(server->epoll, EPOLL_CTL_ADD, fd, &event))
		return;
	source->refused = errno == EPERM;
	if (source->refused)
		return;
	source->fd = -1;
	watch_later(server);
}

/* Brings all that epoll(7) watches into step, if it is time for that. */
static void watch_all(struct server *server)
{
	bool again =
		server->rewatch_ms && server->rewatch_ms <= duration_now_ms();

	if (again)
		server->rewatch_ms = 0;
	for (struct served *served = server->connections.first; again && served;
		served = served->next)
		if (served->conn.fd >= 0)
			watch(server, served);
	watch_source(server, &server->arrivals,
		listener_ready(&server->listener, server->connections.count)
			? server->listener.fd
			: -1);
	watch_source(server, &server->input, editor_fd(&server->editor));
	watch_source(server, &server->returned,
		threads_fd(&server->serving.threads));
	server->complained = server->rewatch_ms;
}

/* A call that a thread made has returned. */
static void on_returned(
	struct server *server, const struct thread_result *result)
{
	if (result->call == THREAD_ACCEPT) {
		int fd = listener_returned(
			&server->listener, server->report, result);

		if (fd >= 0)
			begin_served(server, fd,
				(struct sockaddr *)&result->address,
				result->address_bytes);
	} else {
		struct served *served =
			connections_find(&server->connections, result->conn);

		served_on_returned(served, result);
		update(server, served);
	}
}

static void take_returned(struct server *server)
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
	take_returned(server);
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
	if (server->rewatch_ms)
		due_ms = duration_earlier_ms(due_ms, server->rewatch_ms);
	if (recheck_ms >= 0)
		due_ms = duration_earlier_ms(due_ms, now_ms + recheck_ms);
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
	editor_show(&server->editor, prompt);
}

static void serve_event(struct server *server, const struct epoll_event *event)
{
	struct served *served = event->data.ptr;

	if (event->data.ptr == &server->arrivals) {
		accept_waiting(server);
	} else if (event->data.ptr == &server->input) {
		console_read(&server->console);
	} else if (event->data.ptr == &server->returned) {
		take_returned(server);
	} else {
		if (conn_wants_write(&served->conn) &&
			event->events & (EPOLLOUT | EPOLLHUP | EPOLLERR))
			served_on_writable(served);
		if (served_wants_read(served) &&
			event->events & (EPOLLIN | EPOLLHUP | EPOLLERR))
			served_on_readable(served);
		update(server, served);
	}
}

static void expire(struct server *server)
{
	int64_t now_ms = duration_now_ms();
	struct timer *timer;

	while ((timer = timers_expire(&server->serving.thinking, now_ms))) {
		struct served *served = served_of_timer(timer);

		served_on_thought(served);
		update(server, served);
	}
	while ((timer = timers_expire(&server->serving.idle, now_ms))) {
		struct served *served = served_of_timer(timer);

		served_on_idle(served);
		update(server, served);
	}
	if (server->listener.again_ms <= now_ms)
		listener_retry(&server->listener);
}

/* Acts on signals that have come; false where one of them ends the server. */
static bool take_signals(struct server *server)
{
	signals_deliver(&server->outside);
	if (signals_take(SIGINT) || signals_take(SIGTERM)) {
		server->ending = server->report->ending = true;
		report_line(server->report, 0, "received %llu datagrams",
			(unsigned long long)server->serving.messages);
		return false;
	}
	editor_signals(&server->editor);
	return true;
}

/* Waits once and serves what is ready and what is due. */
static void wait_and_serve(struct server *server)
{
	struct epoll_event events[EVENTS_A_TURN];

	if (!take_signals(server))
		return;
	watch_all(server);
	show_prompt(server);
	int count = epoll_pwait(server->epoll, events, EVENTS_A_TURN,
		wait_ms(server), &server->outside);

	if (server->input.refused && editor_fd(&server->editor) >= 0)
		console_read(&server->console);
	for (int i = 0; i < count && !is_over(server); i++)
		serve_event(server, &events[i]);
	expire(server);
}

static void run(struct server *server)
{
	while (!is_over(server)) {
		console_run(&server->console);
		if (!is_over(server))
			wait_and_serve(server);
	}
	if (server->serving.context.sigpipe_caught)
		report_line(server->report, 0, "received %llu datagrams",
			(unsigned long long)server->serving.messages);
}

/* A pipe's reader may be slower than the connections are. */
static bool is_pipe(int fd)
{
	struct stat facts;

	return !fstat(fd, &facts) && S_ISFIFO(facts.st_mode);
}

static void begin(struct server *server)
{
	sigprocmask(SIG_SETMASK, NULL, &server->outside);
	signals_catch(SIGINT);
	signals_catch(SIGTERM);
	server->serving.context.before_close = unwatch;
	editor_begin(&server->editor,
		&(struct editor_options){
			.side = SERVER,
			.fd = STDIN_FILENO,
			.endless = true,
			.restore_to_act = server->options->common.sigpipe ==
				SIGPIPE_DEFAULT,
		});
	if (is_pipe(STDOUT_FILENO))
		server->report->outside = &server->outside;
	console_init(&server->console, &server->editor, server->report,
		&(struct console_program){
			.act = act_on,
			.target = target,
			.find = find,
			.busy = busy,
			.settle = settle,
			.ending = is_over,
			.context = server,
		});
}

void server_run(const struct server_options *options, struct report *report)
{
	struct server server = {
		.options = options,
		.report = report,
		.epoll = -1,
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
	server.epoll = epoll_create1(EPOLL_CLOEXEC);
	if (server.epoll < 0 || !served_prepare(&server.serving, options)) {
		names_describe(why, errno);
		report->status->failed = true;
		report_complaint(report, "cannot start: %s", why);
	} else if (listener_open(&server.listener, options, report)) {
		run(&server);
	}
	console_end(&server.console);
	editor_end(&server.editor);
	report->outside = NULL;
	while (server.connections.first)
		connections_remove(
			&server.connections, server.connections.first);
	free(server.serving.context.buffer);
}
