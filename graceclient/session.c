/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <unistd.h>

#include "every.h"
#include "lib/base/duration.h"
#include "lib/base/names.h"
#include "lib/base/signals.h"
#include "lib/net/net.h"
#include "lib/net/tcp.h"
#include "lib/typed/act.h"
#include "lib/typed/console.h"

/* Scratch for one recv(2), and for one piece of a file. */
#define BUFFER_BYTES (256 * 1024)

/* How soon the prompt shows a state that the peer's kernel brings about. */
#define STATE_LOOK_MS 20

struct session {
	const struct client_options *options;
	struct report *report;
	struct conn_context context;
	struct threads threads;
	struct conn conn;
	struct editor editor;
	struct console console;
	sigset_t outside; /* the signal mask to wait with */
	struct every every;
	bool ending;       /* no more lines: ending in order */
	bool quitting;     /* leave at once */
	bool said_ended;   /* that both halves have ended */
	int deadly_signal; /* that the process is to die by, or 0 */
	unsigned connections;
};

static void note_broken(struct session *session)
{
	if (session->conn.broken)
		session->report->status->broken = true;
}

/* A handshake that was reset is what the peer did, not a failure of ours. */
static void refused(struct session *session, int error)
{
	struct status *status = session->report->status;

	if (error == ECONNRESET)
		status->broken = true;
	else
		status->failed = true;
	report_event(session->report,
		&(struct event){ .kind = EVENT_ERROR,
			.call = "connect",
			.said = true,
			.error = error });
}

/* What connect(2) gave: all of it, or that it is under way. */
static void begin_connection(struct session *session, int fd, bool under_way)
{
	struct conn *conn = &session->conn;
	char local[NET_ADDRESS_SIZE], peer[NET_ADDRESS_SIZE];

	note_broken(session);
	conn_init(conn, &session->context, fd, ++session->connections);
	conn->paused = session->options->common.paused;
	session->said_ended = false;
	conn->connecting = under_way;
	if (conn->connecting) {
		report_event(session->report,
			&(struct event){ .kind = EVENT_WOULD_BLOCK,
				.conn = conn->number,
				.call = "connect",
				.error = EINPROGRESS,
				.state = tcp_state(fd) });
		return;
	}
	net_format_end(fd, false, local);
	net_format_end(fd, true, peer);
	report_event(session->report,
		&(struct event){ .kind = EVENT_CONNECT,
			.conn = conn->number,
			.detail = peer,
			.local = local,
			.peer = peer,
			.state = tcp_state(fd) });
}

static bool open_connection(struct session *session, const char *host,
	const char *port, bool nowait)
{
	bool under_way = false;
	const struct net_connect_options options = {
		.host = host,
		.port = port,
		.family = session->options->family,
		.timeout_ms = session->options->connect_timeout_ms,
		.wait_mask = &session->outside,
		.local_port = session->options->local_port,
		.under_way = nowait ? &under_way : NULL,
	};
	char error[NET_ERROR_SIZE];
	int fd = net_connect(&options, error);

	if (fd >= FD_SETSIZE) {
		snprintf(error, sizeof(error),
			"cannot connect: descriptor %d is not below FD_SETSIZE "
			"(%d), the bound of select(2)",
			fd, FD_SETSIZE);
		close(fd);
		errno = EMFILE;
		fd = -1;
	}
	if (fd < 0) {
		refused(session, errno);
		report_complaint(session->report, "%s", error);
		return false;
	}
	begin_connection(session, fd, under_way);
	return true;
}

static void receive(struct session *session, bool typed)
{
	size_t got;

	conn_receive(&session->conn, session->context.buffer,
		session->context.buffer_bytes, typed, &got);
}

static void reopen(struct session *session, const struct command *command)
{
	if (session->conn.fd >= 0)
		act_refuse(session->report, "open",
			"the connection has not ended; close it first");
	else if (session->conn.in_recv || session->conn.in_close)
		act_refuse(session->report, "open",
			"a call in a thread has not returned");
	else if (session->conn.hold)
		act_refuse(session->report, "open",
			"the last connection is held; release it first");
	else
		open_connection(session,
			command->host ? command->host : session->options->host,
			command->port ? command->port : session->options->port,
			command->nowait);
}

static void act_on(void *context, const struct command *command)
{
	struct session *session = context;

	switch (command->spec->id) {
	case COMMAND_QUIT:
		session->quitting = true;
		break;
	case COMMAND_OPEN:
		reopen(session, command);
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
			receive(session, true);
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

static void line_came(void *context)
{
	struct session *session = context;

	every_stop(&session->every);
}

static bool busy(void *context)
{
	struct session *session = context;

	return !session->editor.is_terminal &&
		session->conn.queue.waiting_bytes > CONN_QUEUE_BUSY;
}

static bool is_over(void *context)
{
	struct session *session = context;

	return session->quitting || session->report->broken;
}

/* The TCP state for the prompt, where there is one. */
static enum tcp_state state_of(const struct session *session)
{
	return session->editor.is_terminal && session->conn.fd >= 0
		? tcp_state(session->conn.fd)
		: STATE_GONE;
}

static void show_prompt(struct session *session, enum tcp_state state)
{
	char prompt[32];

	if (session->ending)
		return;
	snprintf(prompt, sizeof(prompt), "%s> ",
		session->conn.fd < 0 ? "closed" : state_name(state));
	editor_show(&session->editor, prompt);
}

/* How long pselect(2) may wait; -1 for ever. */
static int64_t wait_ms(const struct session *session, enum tcp_state state)
{
	int64_t now_ms = duration_now_ms();
	int64_t due_ms = console_due_ms(&session->console);
	int64_t recheck_ms = editor_recheck_ms(&session->editor);

	due_ms = duration_earlier_ms(
		due_ms, every_due_ms(&session->every, &session->conn));
	if (session->editor.is_terminal && state_is_passing(state))
		due_ms = duration_earlier_ms(due_ms, now_ms + STATE_LOOK_MS);
	if (recheck_ms >= 0)
		due_ms = duration_earlier_ms(due_ms, now_ms + recheck_ms);
	return due_ms < 0 ? -1 : due_ms < now_ms ? 0 : due_ms - now_ms;
}

/* The signals that are caught are caught for the terminal's sake. */
static void take_signals(struct session *session)
{
	static const int deadly[] = { SIGTERM, SIGHUP };

	signals_deliver(&session->outside);
	for (size_t i = 0; i < sizeof(deadly) / sizeof(*deadly); i++)
		if (signals_take(deadly[i]))
			session->deadly_signal = deadly[i];
	if (session->ending && signals_take(SIGINT))
		session->quitting = true;
	if (editor_signals(&session->editor) || session->deadly_signal)
		session->quitting = true;
}

/* Calls that threads made have returned. */
static void take_returned(struct session *session)
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
	take_returned(session);
}

/* What has come of a connect(2) that nobody waited for. */
static void flush(struct session *session)
{
	struct conn *conn = &session->conn;
	bool connecting = conn->connecting;

	conn_flush(conn);
	if (connecting && conn->fd < 0 && !conn->broken)
		session->report->status->failed = true;
}

/* Waits once and serves what is ready. */
static void wait_and_serve(struct session *session)
{
	struct conn *conn = &session->conn;
	fd_set readable, writable;
	int fd = conn->fd;

	take_signals(session);
	if (session->quitting)
		return;
	enum tcp_state state = state_of(session);
	int input_fd = busy(session) ? -1 : editor_fd(&session->editor);
	int64_t left_ms = wait_ms(session, state);
	struct timespec left = { left_ms / 1000, left_ms % 1000 * 1000000 };

	FD_ZERO(&readable);
	FD_ZERO(&writable);
	if (input_fd >= 0)
		FD_SET(input_fd, &readable);
	if (conn_wants_read(conn))
		FD_SET(conn->fd, &readable);
	if (conn_wants_write(conn))
		FD_SET(conn->fd, &writable);
	show_prompt(session, state);
	int threads_end = threads_fd(&session->threads);
	int top = input_fd > conn->fd ? input_fd : conn->fd;

	if (threads_end >= 0)
		FD_SET(threads_end, &readable);
	if (threads_end > top)
		top = threads_end;
	int ready = pselect(top + 1, &readable, &writable, NULL,
		left_ms < 0 ? NULL : &left, &session->outside);

	if (ready <= 0)
		return;
	/* Lines first: what they say concerns what is there to be read. */
	if (input_fd >= 0 && FD_ISSET(input_fd, &readable)) {
		console_read(&session->console);
		console_run(&session->console);
	}
	if (threads_end >= 0 && FD_ISSET(threads_end, &readable))
		take_returned(session);
	if (conn->fd != fd || fd < 0)
		return;
	if (FD_ISSET(fd, &writable))
		flush(session);
	if (FD_ISSET(fd, &readable) && conn_wants_read(conn))
		receive(session, false);
}

/* Says once, to a person, that nothing more can come or go. */
static void say_ended(struct session *session)
{
	const struct conn *conn = &session->conn;

	if (!session->editor.is_terminal || session->said_ended ||
		session->ending)
		return;
	if (conn->fd >= 0 &&
		(conn->sending != SENDING_SHUT ||
			conn->receiving == RECEIVING_OPEN))
		return;
	session->said_ended = true;
	report_note(session->report, 0,
		conn->fd < 0
			? "the connection is closed: open starts "
			  "another, Ctrl-D leaves"
			: "both halves have ended: close, or Ctrl-D leaves");
}

/*
 * The end of input: what is queued is sent, then FIN, then everything is read
 * to EOF. A script that has waited in vain waits no more.
 */
static void end_in_order(struct session *session)
{
	struct conn *conn = &session->conn;

	if (conn->fd >= 0 && conn->connecting)
		return;
	if (!session->ending) {
		session->ending = true;
		conn->paused = false;
		/* What has been reset is left for recv(2) to tell. */
		if (conn->fd >= 0 && conn->sending == SENDING_OPEN &&
			tcp_state(conn->fd) != STATE_CLOSE)
			conn_shutdown(conn, SHUT_WR);
	}
	if (conn->fd >= 0 && !conn->queue.head &&
		(conn->receiving != RECEIVING_OPEN || session->console.gave_up))
		conn_close(conn);
	/* A thread may sit in close(2), which is worth waiting for. */
	if (conn->fd < 0 && !conn->in_close)
		session->quitting = true;
}

static void run(struct session *session)
{
	while (!is_over(session)) {
		console_run(&session->console);
		every_run(&session->every, &session->conn, session->report);
		say_ended(session);
		if (!is_over(session) && console_ended(&session->console) &&
			!session->every.text)
			end_in_order(session);
		if (!is_over(session))
			wait_and_serve(session);
	}
	note_broken(session);
}

static void begin(struct session *session, int input_fd)
{
	editor_begin(&session->editor,
		&(struct editor_options){
			.side = CLIENT,
			.fd = input_fd,
			.lines = session->options->script,
			.restore_to_act = session->options->common.sigpipe ==
				SIGPIPE_DEFAULT,
		});
	if (session->editor.is_terminal) {
		signals_catch(SIGTERM);
		signals_catch(SIGHUP);
	}
	console_init(&session->console, &session->editor, session->report,
		&(struct console_program){
			.act = act_on,
			.target = target,
			.find = find,
			.line_came = line_came,
			.busy = busy,
			.settle = settle,
			.ending = is_over,
			.context = session,
		});
}

int session_run(const struct client_options *options, struct report *report,
	int input_fd)
{
	struct session session = { .options = options, .report = report };

	session.conn.fd = -1;
	session.context = (struct conn_context){
		.on_event = report_on_event,
		.owner = report,
		.with_state = report_wants_state(report),
		.nosignal = options->common.sigpipe == SIGPIPE_NOSIGNAL,
		.buffer = malloc(BUFFER_BYTES),
		.buffer_bytes = BUFFER_BYTES,
		.threads = &session.threads,
	};
	sigprocmask(SIG_SETMASK, NULL, &session.outside);
	begin(&session, input_fd);
	if (!session.context.buffer) {
		report->status->failed = true;
		report_complaint(report, "%s", strerror(ENOMEM));
	} else if (open_connection(
			   &session, options->host, options->port, false)) {
		run(&session);
	}
	console_end(&session.console);
	editor_end(&session.editor);
	every_stop(&session.every);
	conn_forget(&session.conn);
	free(session.context.buffer);
	return session.deadly_signal;
}
