/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where events go: lines for people, JSON lines for programs. */
#ifndef GRACE_REPORT_H
#define GRACE_REPORT_H

#include <stdbool.h>

#include "event.h"
#include "lib/base/outlet.h"
#include "lib/base/status.h"

/* Called around output, so that a line being typed is left whole. */
struct report_hooks {
	void (*before)(void *context);
	void *context;
};

struct report {
	enum side side;
	bool quiet;
	bool numbered; /* lines carry the connection's number */
	bool colour;
	bool terminal; /* standard output is one */
	bool red;      /* complaints have colour: standard error is one too */
	bool mute;     /* nobody reads anything: nothing is written */
	bool broken;   /* standard output refuses: the program must end */
	struct outlet out, complaints; /* standard output, standard error */
	struct outlet events;          /* its descriptor is -1: none */
	const char *events_path;
	int ack_fd;        /* -1: nobody acknowledges events */
	char refused[256]; /* why the line under way was refused, or "" */
	double start_s;
	struct status *status;
	struct report_hooks hooks;
};

/*
 * Begins reporting to standard output and, if `events_path` is not NULL, to
 * that file. `status` is borrowed: it is told of failures. Returns 0, or -1
 * when the file cannot be opened, which has then been said.
 */
int report_open(struct report *report, enum side side, bool quiet,
	const char *events_path, struct status *status);

/*
 * From now on report_event() ends only when it has read a byte from that file,
 * so that who reads the events can act between two calls; its end is the last
 * byte for good. Returns 0, or -1 when it cannot be opened, which has then been
 * said.
 */
int report_await_acks(struct report *report, const char *path);

/* Waits for slow readers, unless the process was asked to end. */
void report_close(struct report *report);

/* Whether a reader is slow: report_retry() within OUTLET_RETRY_MS. */
bool report_is_behind(const struct report *report);
void report_retry(struct report *report);

/* Whether events need the TCP state, which costs a system call. */
bool report_wants_state(const struct report *report);

/*
 * Writes the event: its classic line, its note unless quiet, its JSON line, at
 * once unless the reader is slow (outlet.h). An error counts towards the exit
 * status if `status` is told so by the caller, not here.
 */
void report_event(struct report *report, const struct event *event);

/* The same, as a connection calls it: `report` is a struct report. */
void report_on_event(void *report, const struct event *event);

/* The client's line before it sends, `now sending TEXT`. */
void report_sending(struct report *report, const void *data, size_t len);

/* A line of any kind, of one connection (0: of none); printf(3)'s format. */
void report_line(struct report *report, unsigned conn, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * The same as a note, `* ...`; nothing when quiet. A note that is too long for
 * the terminal goes on in the next line, indented; and so does an answer.
 */
void report_note(struct report *report, unsigned conn, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The same for what was asked for, and so also when quiet. */
void report_answer(struct report *report, unsigned conn, const char *format,
	...) __attribute__((format(printf, 3, 4)));

/* How many columns standard output has; 0: it is no terminal. */
size_t report_columns(const struct report *report);

/* Text as it is, `len` bytes, newlines and all, such as help asks for. */
void report_text(struct report *report, const char *text, size_t len);

/*
 * A typed line that is no command, or makes no sense at this time: `PROGRAM:
 * ...` on standard error, exit status 2 in the end, and the reason is kept in
 * `refused` for the event that says that the line is done.
 */
void report_refusal(struct report *report, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The same where the system refused; exit status 1 in the end. */
void report_failure(struct report *report, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* `PROGRAM: ...` on standard error. Counting it is the caller's to do. */
void report_complaint(struct report *report, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
