/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lib/base/duration.h"
#include "lib/base/io.h"
#include "lib/base/names.h"
#include "lib/base/signals.h"
#include "lib/text/escape.h"
#include "lib/text/utf8.h"
#include "line.h"
#include "wording.h"

int report_open(struct report *report, enum side side, bool quiet,
	const char *events_path, struct status *status)
{
	const char *term = getenv("TERM"), *no_colour = getenv("NO_COLOR");

	*report = (struct report){
		.side = side,
		.quiet = quiet,
		.ack_fd = -1,
		.events_path = events_path,
		.start_s = duration_now_s(),
		.status = status,
		.terminal = isatty(STDOUT_FILENO),
	};
	bool may = term && strcmp(term, "dumb") && !(no_colour && *no_colour);

	report->colour = may && report->terminal;
	report->red = may && isatty(STDERR_FILENO);
	outlet_open(&report->out, STDOUT_FILENO);
	outlet_open(&report->complaints, STDERR_FILENO);
	outlet_open(&report->events, -1);
	if (!events_path)
		return 0;
	outlet_open(&report->events, io_create(events_path));
	if (report->events.fd >= 0)
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

/* Waits for the byte, unless the process is asked to end. */
static void await_ack(struct report *report)
{
	struct pollfd pollfd = { .fd = report->ack_fd, .events = POLLIN };
	char byte;

	if (report->ack_fd < 0)
		return;
	/* Who has half an event does not acknowledge it. */
	outlet_drain(&report->events, -1);
	while (!signals_ending() &&
		ppoll(&pollfd, 1, NULL, signals_wait_mask()) < 0 &&
		errno == EINTR)
		;
	if (!signals_ending() && read(report->ack_fd, &byte, 1) == 1)
		return;
	close(report->ack_fd);
	report->ack_fd = -1;
}

/* Whether an outlet failed, and not for our being asked to end. */
static bool failed(bool written)
{
	return !written && errno != EINTR;
}

static void out_failed(struct report *report)
{
	char why[NAMES_DESCRIPTION_SIZE];

	names_describe(why, errno);
	report->broken = report->status->failed = true;
	report_complaint(report, "cannot write to standard output: %s", why);
}

static void events_failed(struct report *report)
{
	char why[NAMES_DESCRIPTION_SIZE];

	names_describe(why, errno);
	outlet_close(&report->events);
	report->status->failed = true;
	report_complaint(report, "cannot write to %s: %s; no more events",
		report->events_path, why);
}

void report_close(struct report *report)
{
	if (report->events.fd >= 0 && failed(outlet_drain(&report->events, -1)))
		events_failed(report);
	if (!report->broken && failed(outlet_drain(&report->out, -1)))
		out_failed(report);
	outlet_drain(&report->complaints, -1);
	outlet_close(&report->events);
	if (report->ack_fd >= 0)
		close(report->ack_fd);
	report->ack_fd = -1;
}

bool report_is_behind(const struct report *report)
{
	return outlet_is_behind(&report->out) ||
		outlet_is_behind(&report->events) ||
		outlet_is_behind(&report->complaints);
}

void report_retry(struct report *report)
{
	if (outlet_is_behind(&report->events) &&
		failed(outlet_retry(&report->events)))
		events_failed(report);
	if (outlet_is_behind(&report->complaints))
		outlet_retry(&report->complaints);
	if (!outlet_is_behind(&report->out))
		return;
	if (report->hooks.before)
		report->hooks.before(report->hooks.context);
	if (failed(outlet_retry(&report->out)))
		out_failed(report);
}

bool report_wants_state(const struct report *report)
{
	return !report->mute && (!report->quiet || report->events.fd >= 0);
}

void report_text(struct report *report, const char *text, size_t len)
{
	if (report->broken || report->mute)
		return;
	if (report->hooks.before)
		report->hooks.before(report->hooks.context);
	if (failed(outlet_write(&report->out, text, len)))
		out_failed(report);
}

void report_complaint(struct report *report, const char *format, ...)
{
	char text[LINE_TEXT_SIZE], line[ESCAPE_SIZE(LINE_TEXT_SIZE) + 128];
	va_list arguments;

	if (report->mute)
		return;
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	if (report->hooks.before)
		report->hooks.before(report->hooks.context);
	/* There is nowhere left to say that standard error refuses. */
	int len = snprintf(line, 100, "%s%s: ", report->red ? "\033[31m" : "",
		program_invocation_short_name);
	size_t used = len < 100 ? (size_t)len : 99;

	used += escape_shown(line + used, text, strlen(text));
	used += (size_t)snprintf(
		line + used, 8, "%s\n", report->red ? "\033[0m" : "");
	outlet_write(&report->complaints, line, used);
}

size_t report_columns(const struct report *report)
{
	struct winsize size;

	if (!report->terminal || ioctl(report->out.fd, TIOCGWINSZ, &size))
		return 0;
	return size.ws_col;
}

/* Writes one line; what formats it has been applied. */
static void put(struct report *report, enum wording_kind kind, unsigned conn,
	const char *text)
{
	char out[LINE_SIZE];
	const struct line line = {
		.kind = kind,
		.number = report->numbered ? conn : 0,
		.terminal = report->terminal,
		.colour = report->colour,
		.columns = report_columns(report),
		.text = text,
	};

	report_text(report, out, line_format(out, &line));
}

__attribute__((format(printf, 4, 0))) static void format_and_put(
	struct report *report, enum wording_kind kind, unsigned conn,
	const char *format, va_list arguments)
{
	char text[LINE_TEXT_SIZE - 32];
	int len = vsnprintf(text, sizeof(text), format, arguments);

	if (len >= (int)sizeof(text))
		utf8_trim(text);
	if (len >= 0)
		put(report, kind, conn, text);
}

void report_line(struct report *report, unsigned conn, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	format_and_put(report, WORDING_LINE, conn, format, arguments);
	va_end(arguments);
}

void report_note(struct report *report, unsigned conn, const char *format, ...)
{
	va_list arguments;

	if (report->quiet)
		return;
	va_start(arguments, format);
	format_and_put(report, WORDING_NOTE, conn, format, arguments);
	va_end(arguments);
}

void report_answer(
	struct report *report, unsigned conn, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	format_and_put(report, WORDING_ANSWER, conn, format, arguments);
	va_end(arguments);
}

static void put_json(struct report *report, const struct event *event)
{
	double seconds = duration_now_s() - report->start_s;
	char *text = NULL;
	size_t text_bytes;
	bool written = false;

	errno = ENOMEM;
	if (!event_to_json(event, report->side, seconds, &text, &text_bytes))
		written = outlet_write(&report->events, text, text_bytes);
	free(text);
	if (failed(written))
		events_failed(report);
}

static void put_words(struct report *report, const struct event *event)
{
	struct wording words[WORDINGS_MAX];
	size_t count = wording_of(event, report->side, !report->quiet, words);

	for (size_t i = 0; i < count; i++) {
		const char *text = words[i].text;

		if (words[i].kind != WORDING_COMPLAINT) {
			put(report, words[i].kind, event->conn, text);
		} else {
			report->status->failed = true;
			report_complaint(report, "%s", text);
		}
	}
}

void report_sending(struct report *report, const void *data, size_t len)
{
	char text[ESCAPE_LINE_SIZE];

	report_line(report, 0, "now sending %s", escape_line(text, data, len));
}

void report_event(struct report *report, const struct event *event)
{
	if (report->mute)
		return;
	if (report->events.fd >= 0)
		put_json(report, event);
	put_words(report, event);
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
