/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "exchange.h"
#include "exchange_inside.h"
#include "gracelab/judge/arrival.h"
#include "lib/base/duration.h"
#include "lib/conn/calls.h"

/* A shorter silence, besides two round trips, may be the way's own. */
#define PAUSE_S 0.05

void exchange_send_fin(struct exchange *exchange)
{
	struct exchange_result *result = &exchange->result;

	exchange->fin_due_ms = -1;
	if (exchange->fin_sent || exchange->fd < 0)
		return;
	/* Before a handshake is over there is nothing to end in order. */
	exchange->fin_wanted = exchange->plan.tls && !result->asked;
	if (exchange->fin_wanted)
		return;
	exchange->fin_sent = true;
	result->fin_s = exchange_since(exchange);
	result->bytes_at_fin = result->reply.bytes;
	exchange_shut(exchange);
	exchange->active_ms = duration_now_ms();
	if (exchange->whole_ms >= 0)
		exchange->whole_ms = exchange->active_ms;
}

static void say_farewell(struct exchange *exchange)
{
	static const struct linger at_once = { .l_onoff = 1 };
	bool reset = exchange->plan.ending == ENDING_RESET;

	if (reset)
		setsockopt(exchange->fd, SOL_SOCKET, SO_LINGER, &at_once,
			sizeof(at_once));
	/* The FIN of close(2) follows close_notify, too. */
	if (!reset && exchange->tls)
		exchange_trace(exchange, "close_notify", NULL, 0, "0",
			tls_notify(exchange->tls, true) ? errno : 0);
	exchange_trace(
		exchange, reset ? "abortive close" : "close", NULL, 0, "0", 0);
	exchange_end_as(exchange, END_FAREWELL);
}

void exchange_ask(struct exchange *exchange)
{
	const struct exchange_plan *plan = &exchange->plan;
	struct exchange_result *result = &exchange->result;
	size_t early =
		plan->held || plan->greeting.bytes ? 0 : exchange->early_bytes;

	exchange->stage = STAGE_REQUEST;
	exchange->out = plan->request;
	exchange->out_left = plan->request_bytes;
	exchange->filler_left = plan->oversend_bytes;
	exchange->active_ms = duration_now_ms();
	result->begun_s = exchange->empty_s = duration_now_s();
	result->asked = true;
	exchange->limit_ms =
		plan->total_ms ? duration_deadline_ms(plan->total_ms) : -1;
	if (early)
		reply_feed(&result->reply, &plan->rule, exchange->early, early);
	if (early)
		result->first_byte_s = result->last_byte_s = 0;
	exchange_sent(exchange);
}

/* Sends on; once all is sent, does what comes next. */
void exchange_sent(struct exchange *exchange)
{
	const struct exchange_plan *plan = &exchange->plan;
	size_t len = plan->request_bytes + plan->oversend_bytes;
	char sent[24];

	if (!exchange_flush(exchange)) {
		exchange->result.error = errno;
		exchange_trace(exchange, "send", plan->request,
			plan->request_bytes, NULL, errno);
		exchange->broken = true;
		exchange->out_left = exchange->filler_left = 0;
		exchange->stage = STAGE_REPLY;
		return;
	}
	if (exchange->out_left || exchange->filler_left ||
		exchange_has_output(exchange))
		return;
	exchange->stage = STAGE_REPLY;
	exchange->result.sent_s = exchange_since(exchange);
	snprintf(sent, sizeof(sent), "%zu", len);
	if (len)
		exchange_trace(exchange, "send", plan->request,
			plan->request_bytes, sent, 0);
	exchange->result.glued = plan->fin == FIN_GLUED;
	if (plan->fin == FIN_GLUED || exchange->fin_wanted)
		exchange_send_fin(exchange);
	if (plan->fin == FIN_LATE)
		exchange->fin_due_ms = duration_deadline_ms(plan->fin_after_ms);
	if (plan->stall_ms)
		exchange->stalled_ms = duration_deadline_ms(plan->stall_ms);
	if (plan->ending != ENDING_NONE)
		say_farewell(exchange);
}

/*
 * A silence that ended at `at_s`: since the FIN, or since we had found nothing
 * to read. What we slept through ourselves is none.
 */
static void note_pause(struct exchange *exchange, double at_s)
{
	struct exchange_result *result = &exchange->result;
	double from_s = exchange->empty_s - result->begun_s;

	if (result->reply.bytes && !exchange->plan.stall_ms &&
		at_s - from_s > result->longest_s)
		result->longest_s = at_s - from_s;
	if (from_s < result->last_byte_s)
		from_s = result->last_byte_s;
	if (at_s - from_s < PAUSE_S)
		return;
	if (from_s < result->fin_s)
		from_s = result->fin_s;
	double way_s = arrival_round_trip_s(exchange->fd);

	if (exchange->fin_sent && !exchange->plan.stall_ms &&
		at_s - from_s > PAUSE_S + 2 * way_s)
		result->pause_s += at_s - from_s - way_s;
}

static void take_data(struct exchange *exchange, size_t len, double at_s)
{
	struct exchange_result *result = &exchange->result;

	note_pause(exchange, at_s);
	if (result->first_byte_s < 0)
		result->first_byte_s = at_s;
	result->last_byte_s = at_s;
	exchange->active_ms = duration_now_ms();
	reply_feed(&result->reply, &exchange->plan.rule, exchange->buffer, len);
	if (!result->whole &&
		reply_is_whole(&result->reply, &exchange->plan.rule)) {
		result->whole = true;
		exchange->whole_ms = exchange->active_ms;
	}
	if (exchange->plan.fin == FIN_AT_FIRST_BYTE && !exchange->fin_sent)
		exchange_send_fin(exchange);
	if (result->whole && !exchange->fin_sent && !exchange->plan.to_the_end)
		exchange_end_as(exchange, END_WHOLE);
}

/* When the peer's FIN arrived. */
static double end_time(const struct exchange *exchange)
{
	const struct exchange_result *result = &exchange->result;
	double at_s = (exchange->ended_s > 0 ? exchange->ended_s
					     : arrival_last_s(exchange->fd)) -
		result->begun_s;

	return at_s < result->last_byte_s ? result->last_byte_s : at_s;
}

static void read_once(struct exchange *exchange)
{
	struct exchange_result *result = &exchange->result;
	/* The time is the last byte's: that of the first is asked for alone. */
	size_t size = result->reply.bytes ? EXCHANGE_BUFFER_BYTES
		: exchange->tls           ? TLS_RECORD_BYTES
					  : 1;
	double at_s;

	if (exchange->notified) {
		exchange_look_for_end(exchange);
		return;
	}
	ssize_t n = exchange_take(exchange, exchange->buffer, size, &at_s);
	int error = n < 0 ? errno : 0;

	if (n > 0) {
		trace_received(&result->trace, at_s - exchange->opened_s,
			exchange->buffer, (size_t)n);
		take_data(exchange, (size_t)n, at_s - result->begun_s);
		if (size > 1 && (size_t)n < size)
			exchange->empty_s = duration_now_s();
		return;
	}
	if (calls_transient(error))
		return;
	exchange_trace(
		exchange, "recv", NULL, 0, exchange_end_text(exchange), error);
	/* What send(2) was told, recv(2) is not told again. */
	if (n == 0 && !exchange->broken) {
		result->end_s = end_time(exchange);
		exchange->notified =
			exchange->tls && tls_end(exchange->tls)->notified;
		if (exchange->notified)
			exchange_look_for_end(exchange);
		else
			exchange_end_as(exchange, END_EOF);
		return;
	}
	result->end_s = exchange_since(exchange);
	if (error)
		result->error = error;
	exchange_end_as(exchange, END_RESET);
}

void exchange_read_reply(struct exchange *exchange)
{
	do
		read_once(exchange);
	while (exchange->tls && !exchange->notified &&
		tls_has_input(exchange->tls));
}

static void give_up(
	struct exchange *exchange, const char *call, enum exchange_end end)
{
	char waited[48];

	snprintf(waited, sizeof(waited),
		end == END_SILENT ? "nothing for %.1f s" : "given up at %.1f s",
		end == END_SILENT ? (double)exchange_silent_ms(exchange) / 1000
				  : exchange_since(exchange));
	exchange_trace(exchange, call, NULL, 0, waited, 0);
	exchange_end_as(exchange, end);
}

void exchange_reply_time(struct exchange *exchange, int64_t now_ms)
{
	const struct exchange_plan *plan = &exchange->plan;

	if (exchange->fin_due_ms >= 0 && now_ms >= exchange->fin_due_ms)
		exchange_send_fin(exchange);
	if (exchange->stalled_ms && now_ms >= exchange->stalled_ms) {
		exchange->stalled_ms = 0;
		exchange->active_ms = now_ms;
	}
	if ((plan->most_bytes &&
		    exchange->result.reply.bytes > plan->most_bytes) ||
		(exchange->limit_ms >= 0 && now_ms >= exchange->limit_ms)) {
		give_up(exchange, "wait", END_GAVE_UP);
		return;
	}
	int64_t notified_ms = exchange_notified_ms(exchange);

	if (notified_ms >= 0 && now_ms >= notified_ms) {
		exchange_end_as(exchange, END_EOF);
		return;
	}
	if (exchange->stalled_ms || plan->patient)
		return;
	int64_t since_ms = exchange->whole_ms >= 0 ? exchange->whole_ms
						   : exchange->active_ms;

	if (now_ms - since_ms >= plan->patience_ms)
		give_up(exchange, "wait", END_SILENT);
}
