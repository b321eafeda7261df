/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An exchange's calls on its connection, with TLS or without it. */
#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>

#include "exchange.h"
#include "exchange_inside.h"
#include "gracelab/judge/arrival.h"
#include "lib/base/duration.h"

/* How soon behind a close_notify a FIN of the peer's own accord comes. */
#define NOTIFIED_MS 200

/* How many times the patience a handshake may take that goes on. */
#define HANDSHAKE_PATIENCES 4

ssize_t exchange_put(
	struct exchange *exchange, const char *data, size_t len, bool more)
{
	if (exchange->tls)
		return tls_send(exchange->tls, data, len, more);
	return len ? send(exchange->fd, data, len,
			     MSG_NOSIGNAL | (more ? MSG_MORE : 0))
		   : 0;
}

ssize_t exchange_take(
	struct exchange *exchange, char *buffer, size_t size, double *at_s)
{
	return exchange->tls ? tls_recv(exchange->tls, buffer, size, at_s)
			     : arrival_recv(exchange->fd, buffer, size, at_s);
}

static void send_fin(struct exchange *exchange)
{
	/* After a reset this fails; recv(2) tells what has happened. */
	int error = shutdown(exchange->fd, SHUT_WR) ? errno : 0;

	exchange->shut_due = false;
	exchange_trace(exchange, "shutdown wr", NULL, 0, "0", error);
}

void exchange_shut(struct exchange *exchange)
{
	enum exchange_half half = exchange->plan.half;

	if (exchange->tls && half != HALF_FIN)
		exchange_trace(exchange, "close_notify", NULL, 0, "0",
			tls_notify(exchange->tls, half == HALF_BOTH) ? errno
								     : 0);
	if (exchange->tls && half == HALF_NOTIFY)
		return;
	exchange->shut_due = exchange_has_output(exchange);
	if (!exchange->shut_due)
		send_fin(exchange);
}

bool exchange_has_output(const struct exchange *exchange)
{
	return exchange->tls && tls_has_output(exchange->tls);
}

void exchange_send_output(struct exchange *exchange)
{
	/* What fails here is told by the next call. */
	if (exchange_has_output(exchange))
		tls_flush(exchange->tls);
	if (exchange->shut_due && !exchange_has_output(exchange))
		send_fin(exchange);
}

bool exchange_begin_tls(struct exchange *exchange)
{
	if (!exchange->plan.tls)
		return false;
	/* What came in plain text behind the last answer is not to count. */
	exchange->early_bytes = 0;
	exchange->active_ms = duration_now_ms();
	exchange->tls = tls_new(exchange->plan.tls, exchange->fd);
	return true;
}

void exchange_refuse_tls(struct exchange *exchange)
{
	struct exchange_result *result = &exchange->result;
	char why[TLS_WHY_SIZE] = "no memory";

	if (exchange->tls)
		tls_explain(exchange->tls, why);
	result->no_handshake = true;
	exchange_trace(exchange, "handshake", NULL, 0, "fails", 0);
	exchange_refuse(exchange, why);
}

void exchange_shake_hands(struct exchange *exchange)
{
	/* A slow path is no reason to give up; one byte after the other is. */
	double longest_s =
		HANDSHAKE_PATIENCES * (double)exchange->plan.patience_ms / 1000;

	switch (exchange->tls ? tls_handshake(exchange->tls) : TLS_FAILED) {
	case TLS_WAITS:
		if (duration_now_s() < exchange->opened_s + longest_s)
			exchange->active_ms = duration_now_ms();
		return;
	case TLS_FAILED:
		exchange_refuse_tls(exchange);
		return;
	case TLS_DONE:
		exchange->result.version = tls_version(exchange->tls);
		exchange_trace(exchange, "handshake", NULL, 0,
			exchange->result.version == TLS_1_2 ? "TLS 1.2"
							    : "TLS 1.3",
			0);
		exchange->stage = STAGE_GREETING;
		exchange->active_ms = duration_now_ms();
	}
}

void exchange_end_tls(struct exchange *exchange)
{
	struct tls *tls = exchange->tls;

	if (!tls)
		return;
	if (!exchange->fin_sent && exchange->result.version != TLS_ANY &&
		exchange->plan.ending != ENDING_RESET)
		tls_notify(tls, true);
	exchange->result.tls_end = *tls_end(tls);
	tls_free(tls);
	exchange->tls = NULL;
}

const char *exchange_end_text(const struct exchange *exchange)
{
	if (!exchange->tls)
		return "0 (EOF)";
	return tls_end(exchange->tls)->notified ? "close_notify" : "FIN alone";
}

/* Who has sent no FIN has no right to another's. */
static bool is_owed(const struct exchange *exchange)
{
	return exchange->fin_sent && exchange->plan.half != HALF_NOTIFY;
}

int64_t exchange_notified_ms(const struct exchange *exchange)
{
	return exchange->notified && !is_owed(exchange)
		? exchange->active_ms + NOTIFIED_MS
		: -1;
}

void exchange_look_for_end(struct exchange *exchange)
{
	const struct tls_end *end = tls_end(exchange->tls);

	if (tls_look_for_end(exchange->tls)) {
		exchange_trace(
			exchange, "recv", NULL, 0, "0 (EOF)", end->error);
		exchange->result.error = end->error;
		exchange_end_as(exchange, end->error ? END_RESET : END_EOF);
	} else if (!is_owed(exchange) && !exchange->plan.to_the_end) {
		exchange_end_as(exchange, END_EOF);
	} else {
		exchange->active_ms = duration_now_ms();
	}
}
