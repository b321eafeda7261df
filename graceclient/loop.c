/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "loop.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <unistd.h>

#include "commands.h"
#include "lib/base/duration.h"
#include "lib/base/signals.h"
#include "lib/net/tcp.h"
#include "opening.h"
#include "session.h"

/* Scratch for one recv(2), and for one piece of a file. */
#define BUFFER_BYTES (256 * 1024)

/* How soon the prompt shows a state that the peer's kernel brings about. */
#define STATE_LOOK_MS 20

/* The TCP state for the prompt, where there is one. */
static enum tcp_state state_of(const struct session *session)
{
	return session->editor.is_terminal && session->conn.fd >= 0
		? tcp_state(session->conn.fd)
		: STATE_GONE;
}

static enum terminal_tone tone_of(enum tcp_state state)
{
	if (state == STATE_ESTABLISHED)
		return TERMINAL_GOOD;
	return state == STATE_GONE || state == STATE_CLOSE ? TERMINAL_BAD
							   : TERMINAL_HALF;
}

static void show_prompt(struct session *session, enum tcp_state state)
{
	char prompt[32];

	if (session->ending)
		return;
	snprintf(prompt, sizeof(prompt), "%s> ",
		session->conn.fd < 0 ? "closed" : state_name(state));
	editor_show(&session->editor, prompt, tone_of(state));
}

/* How long pselect(2) may wait; -1 for ever. */
static int64_t wait_ms(const struct session *session, enum tcp_state state)
{
	int64_t now_ms = duration_now_ms();
	int64_t due_ms = console_due_ms(&session->console);
	int64_t recheck_ms = editor_recheck_ms(&session->editor);

	due_ms = duration_earlier_ms(
		due_ms, every_due_ms(&session->every, &session->conn));
	if (report_is_behind(session->report) || session->conn.behind)
		due_ms = duration_earlier_ms(due_ms, now_ms + OUTLET_RETRY_MS);
	if (session->editor.is_terminal && state_is_passing(state))
		due_ms = duration_earlier_ms(due_ms, now_ms + STATE_LOOK_MS);
	if (recheck_ms >= 0)
		due_ms = duration_earlier_ms(due_ms, now_ms + recheck_ms);
	return due_ms < 0 ? -1 : due_ms < now_ms ? 0 : due_ms - now_ms;
}

/* Signals that the process dies by once the terminal is in order again. */
static void take_deadly(struct session *session)
{
	static const int deadly[] = { SIGTERM, SIGHUP };

	for (size_t i = 0; i < sizeof(deadly) / sizeof(*deadly); i++)
		if (signals_take(deadly[i]))
			session->deadly_signal = deadly[i];
	if (session->deadly_signal)
		signals_end();
}

/* The signals that are caught are caught for the terminal's sake. */
static void take_signals(struct session *session)
{
	signals_deliver();
	take_deadly(session);
	if (session->ending && signals_take(SIGINT))
		session->quitting = true;
	if (console_signals(&session->console) || session->deadly_signal)
		session->quitting = true;
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
	report_retry(session->report);
	conn_retry_save(conn);
	enum tcp_state state = state_of(session);
	int input_fd =
		session_is_busy(session) ? -1 : editor_fd(&session->editor);
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
		left_ms < 0 ? NULL : &left, signals_wait_mask());

	if (ready <= 0)
		return;
	/* Lines first: what they say concerns what is there to be read. */
	if (input_fd >= 0 && FD_ISSET(input_fd, &readable)) {
		console_read(&session->console);
		console_run(&session->console);
	}
	if (threads_end >= 0 && FD_ISSET(threads_end, &readable))
		commands_returned(session);
	if (conn->fd != fd || fd < 0)
		return;
	if (FD_ISSET(fd, &writable))
		opening_flush(session);
	if (FD_ISSET(fd, &readable) && conn_wants_read(conn))
		session_receive(session, false, 0);
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
		(conn->receiving != RECEIVING_OPEN ||
			session->console.pace.gave_up))
		conn_close(conn);
	/* A thread may sit in close(2), which is worth waiting for. */
	if (conn->fd < 0 && !conn->in_close)
		session->quitting = true;
}

static void run(struct session *session)
{
	while (!session_is_over(session)) {
		console_run(&session->console);
		every_run(&session->every, &session->conn, session->report);
		say_ended(session);
		if (!session_is_over(session) &&
			console_ended(&session->console) &&
			!session->every.text)
			end_in_order(session);
		if (!session_is_over(session))
			wait_and_serve(session);
	}
	opening_note_broken(session);
}

static void begin(struct session *session, int input_fd)
{
	const struct console_program program = commands_program(session);

	editor_begin(&session->editor,
		&(struct editor_options){
			.side = CLIENT,
			.fd = input_fd,
			.lines = session->options->script,
			.colour = session->report->colour,
			.keeps_history = !session->options->common.no_history,
		});
	if (session->editor.is_terminal) {
		signals_catch(SIGTERM);
		signals_catch(SIGHUP);
	}
	console_init(
		&session->console, &session->editor, session->report, &program);
}

int loop_run(const struct client_options *options, struct report *report,
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
	begin(&session, input_fd);
	if (!session.context.buffer) {
		report->status->failed = true;
		report_complaint(report, "%s", strerror(ENOMEM));
	} else if (opening_connect(
			   &session, options->host, options->port, false)) {
		run(&session);
	} else {
		/* Nothing has begun yet: a signal ends all of it. */
		take_deadly(&session);
		if (signals_take(SIGINT))
			session.deadly_signal = SIGINT;
	}
	console_end(&session.console);
	editor_end(&session.editor);
	every_stop(&session.every);
	conn_forget(&session.conn);
	free(session.context.buffer);
	return session.deadly_signal;
}
