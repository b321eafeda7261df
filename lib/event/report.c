/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/duration.h"
#include "lib/base/escape.h"
#include "lib/base/io.h"
#include "lib/base/names.h"
#include "lib/base/signals.h"

/* The longest line: a cut text, or a path, with words around it. */
#define LINE_SIZE 8192

#define DIM   "\033[2m"
#define RED   "\033[31m"
#define PLAIN "\033[0m"

int report_open(struct report *report, enum side side, bool quiet,
	const char *events_path, struct status *status)
{
	const char *term = getenv("TERM"), *no_colour = getenv("NO_COLOR");

	*report = (struct report){
		.side = side,
		.quiet = quiet,
		.out_fd = STDOUT_FILENO,
		.events_fd = -1,
		.ack_fd = -1,
		.events_path = events_path,
		.start_s = duration_now_s(),
		.status = status,
		.colour = isatty(STDOUT_FILENO) && term &&
			strcmp(term, "dumb") && !(no_colour && *no_colour),
	};
	if (!events_path)
		return 0;
	report->events_fd = io_create(events_path);
	if (report->events_fd >= 0)
		return 0;
	char why[NAMES_DESCRIPTION_SIZE];

	report_complaint(report, "cannot write to %s: %s", events_path,
		names_describe(why, errno));
	return -1;
}

int report_await_acks(struct report *report, const char *path)
{
	char why[NAMES_DESCRIPTION_SIZE];

	report->ack_fd = open(path, O_RDONLY | O_CLOEXEC);
	if (report->ack_fd >= 0)
		return 0;
	report_complaint(
		report, "cannot read %s: %s", path, names_describe(why, errno));
	return -1;
}

static void await_ack(struct report *report)
{
	char byte;
	ssize_t n;

	if (report->ack_fd < 0)
		return;
	do
		n = read(report->ack_fd, &byte, 1);
	while (n < 0 && errno == EINTR);
	if (n > 0)
		return;
	close(report->ack_fd);
	report->ack_fd = -1;
}

void report_close(struct report *report)
{
	if (report->ack_fd >= 0)
		close(report->ack_fd);
	report->ack_fd = -1;
	if (report->events_fd >= 0)
		close(report->events_fd);
	report->events_fd = -1;
}

bool report_wants_state(const struct report *report)
{
	return !report->quiet || report->events_fd >= 0;
}

void report_complaint(struct report *report, const char *format, ...)
{
	char line[LINE_SIZE];
	va_list arguments;

	if (report->mute)
		return;
	int used = snprintf(
		line, sizeof(line), "%s: ", program_invocation_short_name);

	va_start(arguments, format);
	vsnprintf(line + used, sizeof(line) - (size_t)used - 1, format,
		arguments);
	va_end(arguments);
	strcat(line, "\n");
	if (report->hooks.before)
		report->hooks.before(report->hooks.context);
	/* There is nowhere left to say that standard error refuses. */
	(void)io_write(STDERR_FILENO, line, strlen(line));
}

/*
 * Waits until the reader of a pipe takes a piece; false where SIGINT or
 * SIGTERM came, now or before, and the reader is not ready.
 */
static bool wait_for_reader(struct report *report)
{
	static const struct timespec at_once;
	struct pollfd pollfd = { .fd = report->out_fd, .events = POLLOUT };

	for (;;) {
		int ready = ppoll(&pollfd, 1, report->ending ? &at_once : NULL,
			report->outside);

		if (ready > 0)
			return true;
		if (signals_pending(SIGINT) || signals_pending(SIGTERM))
			report->ending = true;
		if (report->ending || (ready < 0 && errno != EINTR))
			return false;
	}
}

/* Writes to standard output in pieces that a pipe takes whole. */
static bool put_out(struct report *report, const char *text, size_t len)
{
	if (!report->outside)
		return io_write(report->out_fd, text, len) == len;
	while (len) {
		size_t piece = len < PIPE_BUF ? len : PIPE_BUF;

		if (!wait_for_reader(report))
			return true;
		if (io_write(report->out_fd, text, piece) != piece)
			return false;
		text += piece;
		len -= piece;
	}
	return true;
}

void report_text(struct report *report, const char *text, size_t len)
{
	char why[NAMES_DESCRIPTION_SIZE];

	if (report->broken || report->out_fd < 0)
		return;
	if (report->hooks.before)
		report->hooks.before(report->hooks.context);
	if (put_out(report, text, len))
		return;
	report->broken = report->status->failed = true;
	report_complaint(report, "cannot write to standard output: %s",
		names_describe(why, errno));
}

/* Writes one line: colour, mark, number, text. */
__attribute__((format(printf, 5, 0))) static void put(struct report *report,
	const char *colour, const char *mark, unsigned conn, const char *format,
	va_list arguments)
{
	char line[LINE_SIZE];
	const char *end = report->colour && *colour ? PLAIN "\n" : "\n";
	size_t room = sizeof(line) - strlen(end);
	int used = snprintf(
		line, room, "%s%s", report->colour ? colour : "", mark);

	if (report->numbered && conn)
		used += snprintf(
			line + used, room - (size_t)used, "[%u] ", conn);
	vsnprintf(line + used, room - (size_t)used, format, arguments);
	strcat(line, end);
	report_text(report, line, strlen(line));
}

void report_line(struct report *report, unsigned conn, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	put(report, "", "", conn, format, arguments);
	va_end(arguments);
}

void report_note(struct report *report, unsigned conn, const char *format, ...)
{
	va_list arguments;

	if (report->quiet)
		return;
	va_start(arguments, format);
	put(report, DIM, "* ", conn, format, arguments);
	va_end(arguments);
}

void report_answer(
	struct report *report, unsigned conn, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	put(report, "", "* ", conn, format, arguments);
	va_end(arguments);
}

__attribute__((format(printf, 3, 4))) static void put_failure(
	struct report *report, unsigned conn, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	put(report, RED, "", conn, format, arguments);
	va_end(arguments);
}

void report_sending(struct report *report, const void *data, size_t len)
{
	char text[ESCAPE_LINE_SIZE];

	report_line(report, 0, "now sending %s", escape_line(text, data, len));
}

static void put_received(struct report *report, const struct event *event)
{
	char text[ESCAPE_LINE_SIZE];

	if (!event->data || event->saved == event->bytes)
		return;
	escape_line(text, (const char *)event->data + event->saved,
		event->bytes - event->saved);
	if (report->side == CLIENT)
		report_line(report, event->conn, "%s", text);
	else
		report_line(report, event->conn, "received %zu bytes: %s",
			event->bytes - event->saved, text);
}

/* What a call gave and the state behind it, `* shutdown(SHUT_WR) = 0: ...`. */
static void note_call(
	struct report *report, const struct event *event, const char *call)
{
	report_note(report, event->conn, "%s = 0%s%s", call,
		event->state ? ": " : "",
		event->state ? state_name(event->state) : "");
}

static void put_text(struct report *report, const struct event *event)
{
	char why[NAMES_DESCRIPTION_SIZE], call[32], shown[160];
	char text[ESCAPE_LINE_SIZE];

	if (event->in_thread)
		report_note(report, event->conn,
			"the call in a thread returned after %.3f s",
			event->took_s);
	switch (event->kind) {
	case EVENT_LISTEN:
		report_line(report, 0, "listening on %s", event->detail);
		break;
	case EVENT_CONNECT:
		report_note(report, event->conn, "connected to %s: %s",
			event->detail, state_name(event->state));
		break;
	case EVENT_ACCEPT:
		report_note(report, event->conn, "connection from %s: %s",
			event->detail,
			event->state ? state_name(event->state) : "?");
		break;
	case EVENT_SEND:
		report_line(
			report, event->conn, "send bytes: %zu", event->bytes);
		break;
	case EVENT_RECV:
		put_received(report, event);
		break;
	case EVENT_EOF:
		if (event->detail)
			report_note(report, event->conn, "recv = 0: %s",
				event->detail);
		else
			report_line(report, event->conn, "%s",
				report->side == CLIENT ? "server terminated"
						       : "client closed");
		if (event->state)
			report_note(report, event->conn, "state: %s",
				state_name(event->state));
		break;
	case EVENT_WOULD_BLOCK:
		report_note(report, event->conn, "%s: %s: %s", event->call,
			names_errno(event->error),
			event->error == EINPROGRESS ? "under way"
						    : "would block");
		break;
	case EVENT_ERROR:
		if (!event->said)
			put_failure(report, event->conn, "%s: %s", event->call,
				names_describe(why, event->error));
		break;
	case EVENT_SHUTDOWN:
		snprintf(call, sizeof(call), "shutdown(%s)", event->detail);
		note_call(report, event, call);
		break;
	case EVENT_CLOSE:
		note_call(report, event, "close");
		break;
	case EVENT_RESET:
		note_call(report, event, "close with SO_LINGER {1, 0}");
		break;
	case EVENT_HOLD:
	case EVENT_RELEASE:
		report_note(report, event->conn, "%s: %s",
			event_name(event->kind), event->detail);
		break;
	case EVENT_OPTION:
		snprintf(shown, sizeof(shown), "%s(%s)", event->call,
			event->detail);
		note_call(report, event, shown);
		break;
	case EVENT_LISTENER:
		report_note(report, 0, "%s of the listening socket = 0%s%s",
			event->call, event->detail ? ": " : "",
			event->detail ? event->detail : "");
		break;
	case EVENT_QUEUED:
		report_note(report, event->conn, "%zu bytes are queued",
			event->bytes);
		break;
	case EVENT_UNSENT:
		report_note(report, event->conn, "%zu bytes were never sent",
			event->bytes);
		break;
	case EVENT_SAVED:
		report_note(report, event->conn,
			"save: %zu of %zu bytes are in %s", event->saved,
			event->bytes,
			escape_line(
				text, event->detail, strlen(event->detail)));
		break;
	case EVENT_FAILURE:
		report->status->failed = true;
		report_complaint(report, "cannot %s %s: %s", event->call,
			escape_line(text, event->detail, strlen(event->detail)),
			names_describe(why, event->error));
		break;
	case EVENT_PROBE:
		if (event->probe == PROBE_FULL)
			report_note(report, event->conn, "SO_ERROR: %s",
				event->error ? names_errno(event->error) : "0");
		report_answer(report, event->conn, "probe: %s", event->detail);
		break;
	case EVENT_STATE:
		report_answer(report, event->conn, "%s: %s",
			event_name(event->kind), event->detail);
		break;
	case EVENT_SIGNAL:
		report_line(report, event->conn, "caught %s",
			names_signal(event->signal));
		break;
	case EVENT_DONE:
	case EVENT_EXIT:
	case EVENT_KILLED:
		break;
	}
}

static void put_json(struct report *report, const struct event *event)
{
	double seconds = duration_now_s() - report->start_s;
	char why[NAMES_DESCRIPTION_SIZE];
	char *text = NULL;
	size_t text_bytes;
	bool written = false;

	errno = ENOMEM;
	if (!event_to_json(event, report->side, seconds, &text, &text_bytes))
		written = io_write(report->events_fd, text, text_bytes) ==
			text_bytes;
	free(text);
	if (written)
		return;
	names_describe(why, errno);
	report_close(report);
	report->status->failed = true;
	report_complaint(report, "cannot write to %s: %s; no more events",
		report->events_path, why);
}

void report_event(struct report *report, const struct event *event)
{
	if (report->events_fd >= 0)
		put_json(report, event);
	if (report->out_fd >= 0)
		put_text(report, event);
	await_ack(report);
}

void report_on_event(void *report, const struct event *event)
{
	report_event(report, event);
}

__attribute__((format(printf, 2, 0))) static void refuse(
	struct report *report, const char *format, va_list arguments)
{
	vsnprintf(report->refused, sizeof(report->refused), format, arguments);
	report_complaint(report, "%s", report->refused);
}

void report_refusal(struct report *report, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	refuse(report, format, arguments);
	va_end(arguments);
	report->status->misused = true;
}

void report_failure(struct report *report, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	refuse(report, format, arguments);
	va_end(arguments);
	report->status->failed = true;
}
