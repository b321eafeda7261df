/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "served.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/duration.h"
#include "lib/net/tcp.h"
#include "lib/typed/act.h"

/* The longest message: what one recv(2) may take. */
#define ECHO_BYTES    (256 * 1024)
#define MESSAGE_BYTES (64 * 1024) /* where it is kept for a time */

/* When there was no memory for a message: when to read again. */
#define AGAIN_MS 100

bool served_prepare(
	struct serving *serving, const struct server_options *options)
{
	size_t size = options->greeting_bytes + ECHO_BYTES;
	char *buffer = malloc(size);

	serving->options = options;
	serving->context.buffer = buffer;
	serving->context.buffer_bytes = size;
	serving->thinking.duration_ms = options->delay_ms;
	serving->idle.duration_ms = options->idle_timeout_ms;
	return buffer;
}

struct served *served_new(struct serving *serving, int fd, unsigned number)
{
	struct served *served = calloc(1, sizeof(*served));

	if (!served)
		return NULL;
	conn_init(&served->conn, &serving->context, fd, number);
	served->conn.paused = serving->options->common.paused;
	served->serving = serving;
	return served;
}

static struct timers *timers_of(const struct served *served)
{
	return served->thinking ? &served->serving->thinking
				: &served->serving->idle;
}

void served_free(struct served *served)
{
	timers_clear(timers_of(served), &served->timer);
	owed_clear(&served->owed);
	conn_forget(&served->conn);
	free(served);
}

/* Sets the one timer that applies: thinking, else idle. */
static void set_timer(struct served *served)
{
	const struct server_options *options = served->serving->options;

	timers_clear(timers_of(served), &served->timer);
	served->thinking =
		served->owed.first && options->answering == ANSWER_AFTER_DELAY;
	if (served->conn.fd >= 0 &&
		(served->thinking || options->idle_timeout_ms >= 0))
		timers_set(timers_of(served), &served->timer);
}

/* Where in the buffer a message stands that is to be answered. */
static char *behind_greeting(const struct served *served)
{
	return served->serving->context.buffer +
		served->serving->options->greeting_bytes;
}

/* Answers with the `len` bytes that stand behind the greeting in the buffer. */
static void answer(struct served *served, size_t len)
{
	struct serving *serving = served->serving;
	char *buffer = serving->context.buffer;
	size_t greeting_bytes = serving->options->greeting_bytes;

	memcpy(buffer, serving->options->greeting, greeting_bytes);
	conn_send(&served->conn, buffer, greeting_bytes + len);
}

/* Answers the oldest message that is owed an answer. */
static void reply(struct served *served)
{
	struct message *message = served->owed.first;
	size_t len = message->len;

	memcpy(behind_greeting(served), message->text, len);
	owed_drop(&served->owed);
	answer(served, len);
	set_timer(served);
}

/*
 * There is no memory for a message: it is left in the socket until there is
 * some. Says so, once.
 */
static void wait_for_memory(struct served *served)
{
	struct serving *serving = served->serving;

	served->lacks_memory = true;
	serving->again_ms = duration_deadline_ms(AGAIN_MS);
	if (serving->complained)
		return;
	serving->complained = serving->report->status->failed = true;
	report_complaint(
		serving->report, "no memory for a message; tried again");
}

static struct message *new_message(struct served *served)
{
	struct message *message = owed_new(MESSAGE_BYTES);

	if (message)
		served->serving->complained = false;
	else
		wait_for_memory(served);
	return message;
}

/* What follows from any message. */
static void count_message(struct served *served)
{
	served->serving->messages++;
	if (!served->thinking)
		set_timer(served);
}

static bool answers_at_once(const struct served *served)
{
	const struct server_options *options = served->serving->options;

	return options->answering == ANSWER_AFTER_DELAY && !options->delay_ms &&
		!served->owed.first;
}

/* What was asked for, if anything was, and there is room for. */
static size_t at_most(size_t room, size_t asked)
{
	return asked && asked < room ? asked : room;
}

/* Reads into the buffer, from where the answer is sent, if there is one. */
static void read_to_answer(struct served *served, bool typed, size_t most)
{
	bool answers = answers_at_once(served);
	size_t len;

	if (conn_receive(&served->conn, behind_greeting(served),
		    at_most(answers ? ECHO_BYTES : MESSAGE_BYTES, most), typed,
		    &len) != CONN_RECEIVED)
		return;
	if (answers)
		answer(served, len);
	count_message(served);
}

/* Reads what is to be answered later. */
static void read_to_owe(struct served *served, bool typed, size_t most)
{
	struct message *message = new_message(served);
	size_t len;

	if (!message)
		return;
	if (conn_receive(&served->conn, message->text,
		    at_most(MESSAGE_BYTES, most), typed,
		    &len) != CONN_RECEIVED) {
		free(message);
		return;
	}
	owed_add(&served->owed, message, len);
	count_message(served);
}

static void read_once(struct served *served, bool typed, size_t most)
{
	if (served->serving->options->answering == ANSWER_NEVER ||
		answers_at_once(served))
		read_to_answer(served, typed, most);
	else
		read_to_owe(served, typed, most);
}

void served_on_returned(
	struct served *served, const struct thread_result *result)
{
	enum answering answering = served->serving->options->answering;
	size_t len = result->value > 0 ? (size_t)result->value : 0;

	if (conn_returned(&served->conn, result) != CONN_RECEIVED)
		return;
	/* Closed meanwhile, there is nobody to answer. */
	if (served->conn.fd >= 0 && answers_at_once(served)) {
		memcpy(behind_greeting(served), result->data, len);
		answer(served, len);
	} else if (served->conn.fd >= 0 && answering != ANSWER_NEVER) {
		struct message *message = new_message(served);

		if (message) {
			memcpy(message->text, result->data, len);
			owed_add(&served->owed, message, len);
		}
	}
	count_message(served);
}

void served_on_readable(struct served *served)
{
	read_once(served, false, 0);
}

void served_on_writable(struct served *served)
{
	conn_flush(&served->conn);
	if (!served->thinking)
		set_timer(served);
}

void served_on_thought(struct served *served)
{
	if (served->conn.fd >= 0)
		reply(served);
}

void served_on_idle(struct served *served)
{
	struct conn *conn = &served->conn;
	struct report *report = served->serving->report;

	report_line(report, conn->number, "idle for too long: %s",
		conn->queue.head ? "reset, with bytes unsent" : "close");
	if (conn->queue.head)
		conn_reset(conn);
	else
		conn_close(conn);
}

/* Most often since what has come is not read yet. */
static void refuse_reply(const struct served *served, struct report *report)
{
	size_t unread = tcp_unread_bytes(served->conn.fd);
	char why[96] = "no message is owed an answer";

	if (unread)
		snprintf(why, sizeof(why),
			"no message is owed an answer: %zu bytes wait to be "
			"read first (read)",
			unread);
	act_refuse(report, "reply", why);
}

void served_act(struct served *served, const struct command *command,
	struct report *report)
{
	bool open = served && served->conn.fd >= 0;

	if (open && !served->thinking)
		set_timer(served);
	if (open && command->spec->id == COMMAND_READ)
		read_once(served, true, command->number);
	else if (open && command->spec->id == COMMAND_REPLY &&
		served->owed.first)
		reply(served);
	else if (open && command->spec->id == COMMAND_REPLY)
		refuse_reply(served, report);
	else
		act(served ? &served->conn : NULL, command, report);
}

static void react(struct served *served, const struct reaction *reaction)
{
	for (size_t i = 0; i < reaction->count && served->conn.fd >= 0; i++)
		served_act(served, &reaction->commands[i],
			served->serving->report);
}

void served_on_accept(struct served *served)
{
	set_timer(served);
	react(served, &served->serving->options->on_accept);
}

void served_settle(struct served *served)
{
	struct conn *conn = &served->conn;

	if (conn->fd < 0)
		timers_clear(timers_of(served), &served->timer);
	if (served->settled || conn->fd < 0 || conn->closing)
		return;
	if (served->owed.first)
		return;
	if (conn->receiving == RECEIVING_EOF) {
		served->settled = true;
		react(served, &served->serving->options->on_eof);
	} else if (conn->receiving == RECEIVING_RESET && !conn->paused) {
		/* Where reads are typed, so is what follows from them. */
		served->settled = true;
		conn_close(conn);
	}
}

bool served_wants_read(const struct served *served)
{
	/* What is read asks for room only where it is to be answered. */
	bool answers = served->serving->options->answering != ANSWER_NEVER;

	return conn_wants_read(&served->conn) && !served->owed.first &&
		!served->lacks_memory && !(answers && served->conn.queue.head);
}

bool served_is_over(const struct served *served)
{
	const struct conn *conn = &served->conn;

	return conn->fd < 0 && !conn->hold && !conn->in_recv && !conn->in_close;
}

unsigned served_owed(const struct served *served)
{
	return owed_count(&served->owed);
}

struct served *served_of_timer(struct timer *timer)
{
	return (struct served *)((char *)timer -
		offsetof(struct served, timer));
}
