/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "exchange.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http.h"
#include "lib/base/duration.h"
#include "lib/conn/conn.h"
#include "lib/net/net.h"
#include "lib/net/tcp.h"

#define BUFFER_BYTES (256 * 1024)

/* The answer to a preamble is over when this long nothing more has come. */
#define PREAMBLE_QUIET_MS 200

struct exchange {
	const struct exchange_plan *plan;
	struct exchange_result *result;
	struct conn_context context;
	struct conn conn;
	bool fin_sent;
	double start_s;     /* when the request was sent */
	int64_t fin_due_ms; /* -1: not by time */
	int64_t stalled_ms; /* not to read before */
	int64_t active_ms;  /* when something happened last */
	int64_t limit_ms;   /* when it has taken too long in all */
};

static double since(const struct exchange *exchange)
{
	return duration_now_s() - exchange->start_s;
}

static bool connect_to(struct exchange *exchange)
{
	const struct exchange_plan *plan = exchange->plan;
	char error[NET_ERROR_SIZE];
	int fd = net_connect(
		&(struct net_connect_options){
			.host = plan->host,
			.port = plan->port,
			.timeout_ms = plan->patience_ms,
			.receive_bytes = plan->receive_bytes,
		},
		error);

	if (fd < 0) {
		/* Connected, and reset before we could look. */
		exchange->result->error = errno;
		exchange->result->connected = exchange->result->reset =
			errno == ECONNRESET;
		return false;
	}
	conn_init(&exchange->conn, &exchange->context, fd, 1);
	exchange->result->connected = true;
	return true;
}

/* Waits for the socket or `left_ms`; true if it is readable. */
static bool wait_for(struct exchange *exchange, int64_t left_ms, bool reading)
{
	struct conn *conn = &exchange->conn;
	struct pollfd pollfd = {
		.fd = conn->fd,
		.events = (short)((reading ? POLLIN : 0) |
			(conn_wants_write(conn) ? POLLOUT : 0)),
	};
	int timeout_ms = left_ms < 0  ? 0
		: left_ms > INT32_MAX ? INT32_MAX
				      : (int)left_ms;

	/* Asked for nothing, poll(2) would still report a reset, and spin. */
	if (poll(&pollfd, pollfd.events ? 1 : 0, timeout_ms) <= 0)
		return false;
	if (pollfd.revents & (POLLOUT | POLLERR | POLLHUP))
		conn_flush(conn);
	return reading && pollfd.revents & (POLLIN | POLLERR | POLLHUP);
}

/* Sends the preamble and waits until its answer is over. */
static bool greet(struct exchange *exchange)
{
	const struct exchange_plan *plan = exchange->plan;
	int64_t limit_ms = plan->patience_ms;
	size_t got;

	conn_send(&exchange->conn, plan->preamble, plan->preamble_bytes);
	while (wait_for(exchange, limit_ms, true)) {
		if (conn_receive(&exchange->conn, exchange->context.buffer,
			    BUFFER_BYTES, false, &got) != CONN_RECEIVED)
			return false;
		exchange->result->answered = true;
		limit_ms = PREAMBLE_QUIET_MS;
	}
	return exchange->result->answered;
}

static void send_fin(struct exchange *exchange)
{
	exchange->fin_sent = true;
	exchange->fin_due_ms = -1;
	exchange->result->fin_s = since(exchange);
	/* After a reset this fails; recv(2) tells what has happened. */
	conn_shutdown(&exchange->conn, SHUT_WR);
}

static void send_request(struct exchange *exchange)
{
	static const char filler[4096];
	const struct exchange_plan *plan = exchange->plan;
	struct conn *conn = &exchange->conn;

	conn->more = plan->fin == FIN_GLUED;
	exchange->start_s = duration_now_s();
	if (plan->request_bytes)
		conn_send(conn, plan->request, plan->request_bytes);
	for (size_t sent = 0; sent < plan->oversend_bytes;
		sent += sizeof(filler))
		conn_send(conn, filler, sizeof(filler));
	if (plan->fin == FIN_GLUED)
		send_fin(exchange);
	if (plan->fin == FIN_LATE)
		exchange->fin_due_ms = duration_deadline_ms(plan->fin_after_ms);
	exchange->stalled_ms =
		plan->stall_ms ? duration_deadline_ms(plan->stall_ms) : 0;
	exchange->active_ms = duration_now_ms();
	exchange->limit_ms = duration_deadline_ms(plan->total_ms);
}

static void take_data(struct exchange *exchange, size_t got)
{
	struct exchange_result *result = exchange->result;
	size_t room = sizeof(result->head) - result->head_bytes;
	size_t kept = got < room ? got : room;

	memcpy(result->head + result->head_bytes, exchange->context.buffer,
		kept);
	result->head_bytes += kept;
	if (!result->bytes)
		result->first_byte_s = since(exchange);
	result->bytes += got;
	if (exchange->plan->fin == FIN_AT_FIRST_BYTE && !exchange->fin_sent)
		send_fin(exchange);
}

/* Whether a reply for which no FIN was sent is whole. */
static bool is_whole(const struct exchange *exchange, int64_t now_ms)
{
	const struct exchange_plan *plan = exchange->plan;
	const struct exchange_result *result = exchange->result;

	if (plan->fin != FIN_NEVER || !result->bytes)
		return false;
	if (plan->expect_bytes)
		return result->bytes >= plan->expect_bytes;
	return http_is_whole(result->head, result->head_bytes, result->bytes) ||
		now_ms - exchange->active_ms >= plan->quiet_ms;
}

/* Reads once; true when the connection has ended. */
static bool read_once(struct exchange *exchange)
{
	struct exchange_result *result = exchange->result;
	size_t got;

	switch (conn_receive(&exchange->conn, exchange->context.buffer,
		BUFFER_BYTES, false, &got)) {
	case CONN_RECEIVED:
		exchange->active_ms = duration_now_ms();
		take_data(exchange, got);
		return false;
	case CONN_NOTHING:
		return false;
	case CONN_EOF:
		result->eof = true;
		break;
	case CONN_ERROR:
		result->reset = true;
		result->error = errno;
		break;
	}
	result->end_s = since(exchange);
	return true;
}

/* The next time at which something is to be done if nothing comes. */
static int64_t next_ms(const struct exchange *exchange)
{
	const struct exchange_plan *plan = exchange->plan;
	bool silent = plan->fin == FIN_NEVER && exchange->result->bytes &&
		!plan->expect_bytes;
	int64_t due_ms = exchange->active_ms +
		(silent && plan->quiet_ms < plan->patience_ms
				? plan->quiet_ms
				: plan->patience_ms);

	if (exchange->fin_due_ms >= 0 && exchange->fin_due_ms < due_ms)
		due_ms = exchange->fin_due_ms;
	if (exchange->stalled_ms && exchange->stalled_ms < due_ms)
		due_ms = exchange->stalled_ms;
	return due_ms;
}

/* Whether a reply goes on for longer than anybody would wait. */
static bool is_endless(const struct exchange *exchange, int64_t now_ms)
{
	const struct exchange_plan *plan = exchange->plan;

	return now_ms >= exchange->limit_ms ||
		(plan->most_bytes &&
			exchange->result->bytes > plan->most_bytes);
}

static void await_reply(struct exchange *exchange)
{
	for (;;) {
		int64_t now_ms = duration_now_ms();

		if (exchange->fin_due_ms >= 0 && now_ms >= exchange->fin_due_ms)
			send_fin(exchange);
		if (exchange->stalled_ms && now_ms >= exchange->stalled_ms) {
			exchange->stalled_ms = 0;
			exchange->active_ms = now_ms;
		}
		if (is_endless(exchange, now_ms)) {
			exchange->result->endless = true;
			return;
		}
		if (is_whole(exchange, now_ms) ||
			now_ms - exchange->active_ms >=
				exchange->plan->patience_ms)
			return;
		if (wait_for(exchange, next_ms(exchange) - now_ms,
			    !exchange->stalled_ms) &&
			read_once(exchange))
			return;
	}
}

static void play(struct exchange *exchange)
{
	const struct exchange_plan *plan = exchange->plan;

	if (plan->preamble && !greet(exchange))
		return;
	exchange->result->answered = true;
	send_request(exchange);
	switch (plan->ending) {
	case ENDING_NONE:
		await_reply(exchange);
		break;
	case ENDING_CLOSE:
		conn_close(&exchange->conn);
		break;
	case ENDING_RESET:
		conn_reset(&exchange->conn);
		break;
	}
}

void exchange_run(
	const struct exchange_plan *plan, struct exchange_result *result)
{
	struct exchange exchange = {
		.plan = plan,
		.result = result,
		.conn = { .fd = -1 },
		.fin_due_ms = -1,
	};

	*result = (struct exchange_result){
		.fin_s = -1, .first_byte_s = -1, .end_s = -1
	};
	exchange.context = (struct conn_context){
		.nosignal = true,
		.buffer = malloc(BUFFER_BYTES),
		.buffer_bytes = BUFFER_BYTES,
	};
	if (!exchange.context.buffer) {
		result->error = ENOMEM;
		return;
	}
	if (connect_to(&exchange))
		play(&exchange);
	if (exchange.conn.fd >= 0) {
		result->state = tcp_state(exchange.conn.fd);
		close(exchange.conn.fd);
	}
	conn_forget(&exchange.conn);
	free(exchange.context.buffer);
}
