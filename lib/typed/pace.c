/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pace.h"

#include "act.h"
#include "lib/base/duration.h"
#include "lib/net/tcp.h"

/* How often a wait for RST looks, where no call of ours would show it. */
#define LOOK_FOR_RESET_MS 10

static const char *const names[] = {
	[PACE_SLEEP] = "sleep",
	[PACE_WAIT] = "wait",
	[PACE_PROBE] = "probe",
	[PACE_CLOSE] = "close",
};

static const char *const awaited[] = {
	[AWAIT_REPLY] = "reply",
	[AWAIT_EOF] = "EOF",
	[AWAIT_RESET] = "RST",
};

static void begin(
	struct pace *pace, enum pace_kind kind, const struct conn *conn)
{
	pace->kind = kind;
	pace->conn = conn ? conn->number : 0;
	pace->deadline_ms = -1;
}

void pace_sleep(struct pace *pace, const struct command *command)
{
	begin(pace, PACE_SLEEP, NULL);
	pace->deadline_ms = duration_deadline_ms(command->duration_ms);
	if (pace->says)
		report_note(pace->report, 0, "sleeping; Ctrl-C ends that");
}

void pace_wait(struct pace *pace, const struct command *command)
{
	begin(pace, PACE_WAIT, NULL);
	pace->await = command->await;
	if (command->duration_ms >= 0)
		pace->deadline_ms = duration_deadline_ms(command->duration_ms);
	/* What has come already is not waited for. */
	if (!pace_is_over(pace) && pace->says)
		report_note(pace->report, 0, "waiting for %s; Ctrl-C ends that",
			awaited[pace->await]);
}

void pace_probe(struct pace *pace)
{
	struct conn *conn = pace->conns.target(pace->conns.context);

	if (!conn || conn->fd < 0)
		act_refuse(pace->report, "probe", "there is no connection");
	else if (probe_begin(&pace->probe, conn))
		begin(pace, PACE_PROBE, conn);
}

void pace_close(struct pace *pace, const struct conn *conn)
{
	begin(pace, PACE_CLOSE, conn);
	if (pace->says)
		report_note(pace->report, conn->number,
			"close waits; Ctrl-C goes on without it");
}

/* Whether what is awaited has come; *hopeless if it never can. */
static bool has_come(struct pace *pace, bool *hopeless)
{
	struct conn *conn;

	if (!pace->conn) {
		conn = pace->conns.target(pace->conns.context);
		if (!conn)
			return false;
		pace->conn = conn->number;
	}
	conn = pace->conns.find(pace->conns.context, pace->conn);
	bool open = conn && conn->fd >= 0;
	/* After which the kernel's CLOSE need not come of a RST. */
	bool in_order =
		open && conn->shut_wr && conn->receiving == RECEIVING_EOF;

	switch (pace->await) {
	case AWAIT_REPLY:
		if (conn && conn->replied) {
			conn->replied = false;
			return true;
		}
		*hopeless = !open || conn->receiving != RECEIVING_OPEN;
		return false;
	case AWAIT_EOF:
		*hopeless =
			conn && (!open || conn->receiving == RECEIVING_RESET);
		return !conn || conn->receiving == RECEIVING_EOF;
	case AWAIT_RESET:
		if (!conn || conn->broken)
			return true;
		*hopeless = !open || in_order;
		return !*hopeless && tcp_state(conn->fd) == STATE_CLOSE;
	}
	return false;
}

static bool wait_is_over(struct pace *pace, bool past_deadline)
{
	bool hopeless = false;

	if (has_come(pace, &hopeless))
		return true;
	if (!hopeless && !past_deadline)
		return false;
	pace->gave_up = pace->report->status->timed_out = true;
	report_complaint(pace->report, "wait: no %s %s", awaited[pace->await],
		hopeless ? "can come any more" : "came in time");
	return true;
}

static bool is_over(struct pace *pace)
{
	bool past_deadline = pace->deadline_ms >= 0 &&
		duration_now_ms() >= pace->deadline_ms;
	struct conn *conn = NULL;

	if (pace->conn)
		conn = pace->conns.find(pace->conns.context, pace->conn);
	switch (pace->kind) {
	case PACE_NONE:
		return true;
	case PACE_SLEEP:
		return past_deadline;
	case PACE_WAIT:
		return wait_is_over(pace, past_deadline);
	case PACE_PROBE:
		return !conn || probe_finished(&pace->probe, conn);
	case PACE_CLOSE:
		return !conn || !conn->in_close;
	}
	return true;
}

bool pace_is_over(struct pace *pace)
{
	if (!is_over(pace))
		return false;
	pace->kind = PACE_NONE;
	return true;
}

bool pace_stop(struct pace *pace)
{
	if (pace->kind == PACE_NONE)
		return false;
	report_answer(pace->report, pace->conn, "%s: ended by Ctrl-C",
		names[pace->kind]);
	pace->kind = PACE_NONE;
	return true;
}

int64_t pace_due_ms(const struct pace *pace)
{
	int64_t look_ms = -1;

	if (pace->kind == PACE_NONE)
		return -1;
	if (pace->kind == PACE_PROBE)
		look_ms = duration_now_ms() + PROBE_LOOK_MS;
	if (pace->kind == PACE_WAIT && pace->await == AWAIT_RESET)
		look_ms = duration_now_ms() + LOOK_FOR_RESET_MS;
	return duration_earlier_ms(pace->deadline_ms, look_ms);
}
