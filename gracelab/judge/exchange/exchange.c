/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "exchange.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "exchange_inside.h"
#include "gracelab/judge/arrival.h"
#include "lib/base/duration.h"
#include "lib/base/names.h"
#include "lib/conn/calls.h"
#include "lib/net/tcp.h"

#define STALL_RECEIVE_BYTES 4096

/* A refused connection is tried so often, with so long a rest between. */
#define CONNECT_TRIES    8
#define CONNECT_PAUSE_MS 60

/* Since Linux 5.14; not in every libc. */
#ifndef SO_BUF_LOCK
#define SO_BUF_LOCK 72
#endif

double exchange_since(const struct exchange *exchange)
{
	return duration_now_s() - exchange->result.begun_s;
}

void exchange_trace(struct exchange *exchange, const char *call,
	const char *text, size_t len, const char *result, int error)
{
	trace_call(&exchange->result.trace,
		duration_now_s() - exchange->opened_s, call, text, len,
		error ? names_errno(error) : result,
		exchange->fd < 0 ? STATE_GONE : tcp_state(exchange->fd));
}

void exchange_end_as(struct exchange *exchange, enum exchange_end end)
{
	struct exchange_result *result = &exchange->result;

	exchange->stage = STAGE_ENDED;
	result->end = end;
	if (exchange->fd < 0)
		return;
	if (end != END_FAREWELL)
		result->state = tcp_state(exchange->fd);
	result->round_trip_s = arrival_round_trip_s(exchange->fd);
	exchange_end_tls(exchange);
	close(exchange->fd);
	exchange->fd = -1;
}

/*
 * Whether a connection may come about later. The queue of a UNIX listener is
 * full for as long as it is busy; its file is gone while it starts anew.
 */
static bool may_come(struct exchange *exchange, int error)
{
	bool is_unix = exchange->plan.address->ai_family == AF_UNIX;

	if (exchange->plan.once)
		return false;
	if (is_unix && error == EAGAIN)
		return (duration_now_s() - exchange->opened_s) * 1000 <
			(double)exchange->plan.patience_ms;
	return (error == ECONNREFUSED || (is_unix && error == ENOENT)) &&
		++exchange->refusals < CONNECT_TRIES;
}

void exchange_no_connection(struct exchange *exchange, int error)
{
	exchange->result.error = error;
	if (may_come(exchange, error)) {
		if (exchange->fd >= 0)
			close(exchange->fd);
		exchange->fd = -1;
		exchange->stage = STAGE_REFUSED;
		exchange->active_ms = duration_now_ms();
		return;
	}
	exchange_trace(exchange, "connect", NULL, 0, NULL, error);
	exchange_end_as(exchange, END_NO_CONNECTION);
}

/*
 * So small a window that the peer feels the stall, but one that grows once we
 * read: nothing of ours may make a long path slow.
 */
static void narrow(int fd)
{
	static const int bytes = STALL_RECEIVE_BYTES, unlocked = 0;

	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
	setsockopt(fd, SOL_SOCKET, SO_BUF_LOCK, &unlocked, sizeof(unlocked));
}

/* Returns the socket, or -1 with errno. */
static int begin_connecting(const struct exchange_plan *plan)
{
	static const int on = 1;
	const struct addrinfo *address = plan->address;
	int fd = socket(address->ai_family,
		SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (plan->stall_ms)
		narrow(fd);
	/* Interrupted, it is under way all the same. */
	if (!connect(fd, address->ai_addr, address->ai_addrlen) ||
		errno == EINPROGRESS || errno == EINTR)
		return fd;
	int error = errno;

	close(fd);
	errno = error;
	return -1;
}

static void connect_again(struct exchange *exchange)
{
	exchange->stage = STAGE_CONNECT;
	exchange->fd = begin_connecting(&exchange->plan);
	if (exchange->fd < 0)
		exchange_no_connection(exchange, errno);
}

struct exchange *exchange_begin(const struct exchange_plan *plan)
{
	struct exchange *exchange = calloc(1, sizeof(*exchange));

	if (!exchange)
		return NULL;
	exchange->plan = *plan;
	exchange->result = (struct exchange_result){
		.sent_s = -1,
		.fin_s = -1,
		.first_byte_s = -1,
		.last_byte_s = -1,
		.end_s = -1,
		.begun_s = duration_now_s(),
		.untimed = plan->address->ai_family == AF_UNIX,
		.half = plan->half,
		.tls_end.alert = "",
	};
	exchange->opened_s = exchange->result.begun_s;
	exchange->fin_due_ms = exchange->whole_ms = exchange->limit_ms = -1;
	exchange->active_ms = duration_now_ms();
	exchange->fd = -1;
	reply_begin(&exchange->result.reply, &plan->rule);
	exchange->buffer = malloc(EXCHANGE_BUFFER_BYTES);
	exchange->early = malloc(EXCHANGE_EARLY_BYTES);
	if (exchange->buffer && exchange->early)
		connect_again(exchange);
	else
		exchange_no_connection(exchange, ENOMEM);
	return exchange;
}

bool exchange_flush(struct exchange *exchange)
{
	static const char filler[4096];
	bool more = exchange->stage == STAGE_REQUEST &&
		exchange->plan.fin == FIN_GLUED;

	while (exchange->out_left || exchange->filler_left) {
		const char *data = exchange->out_left ? exchange->out : filler;
		size_t len = exchange->out_left ? exchange->out_left
			: exchange->filler_left < sizeof(filler)
			? exchange->filler_left
			: sizeof(filler);
		ssize_t n = exchange_put(exchange, data, len, more);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return calls_transient(errno);
		exchange->active_ms = duration_now_ms();
		if (exchange->out_left) {
			exchange->out += n;
			exchange->out_left -= (size_t)n;
		} else {
			exchange->filler_left -= (size_t)n;
		}
	}
	return exchange_put(exchange, "", 0, more) == 0;
}

static void connected(struct exchange *exchange)
{
	int error = tcp_take_error(exchange->fd);

	/* Connected, and reset before we could look. */
	exchange->result.connected = !error || error == ECONNRESET;
	if (error) {
		exchange_no_connection(exchange, error);
		return;
	}
	exchange->result.error = 0;
	exchange_trace(exchange, "connect", NULL, 0, "0", 0);
	arrival_note(exchange->fd);
	exchange->active_ms = duration_now_ms();
	exchange_begin_preamble(exchange);
	exchange_prepare(exchange);
}

struct pollfd exchange_wants(const struct exchange *exchange)
{
	struct pollfd wants = { .fd = exchange->fd, .events = POLLIN };

	if (exchange->stage == STAGE_CONNECT)
		wants.events = POLLOUT;
	/* The end of a peer that we do not read is worth its time. */
	if (exchange->stalled_ms)
		wants.events = exchange->ended_s > 0 ? 0 : POLLRDHUP;
	if (exchange->out_left || exchange->filler_left ||
		exchange_has_output(exchange))
		wants.events |= tls_awaits(exchange->tls);
	/* Asked for nothing, poll(2) would still report a reset, and spin. */
	if (!wants.events || exchange->stage == STAGE_ENDED)
		wants.fd = -1;
	return wants;
}

/* Whether TLS has read what poll(2) does not know of, and nobody has taken. */
static bool has_input(const struct exchange *exchange)
{
	return exchange->tls && !exchange->stalled_ms && !exchange->notified &&
		(exchange->stage == STAGE_REQUEST ||
			exchange->stage == STAGE_REPLY) &&
		tls_has_input(exchange->tls);
}

int64_t exchange_due_ms(const struct exchange *exchange)
{
	int64_t patience = exchange_patience_ms(exchange), due_ms = -1;
	/* Whole, it has but to end; what more it says does not count. */
	int64_t since_ms = exchange->whole_ms >= 0 ? exchange->whole_ms
						   : exchange->active_ms;

	if (exchange->stage == STAGE_ENDED)
		return -1;
	if (exchange->stage == STAGE_REFUSED)
		return exchange->active_ms + CONNECT_PAUSE_MS;
	if (has_input(exchange))
		return duration_now_ms();
	if (patience >= 0)
		due_ms = since_ms + patience;
	due_ms = duration_earlier_ms(due_ms, exchange->fin_due_ms);
	due_ms = duration_earlier_ms(due_ms, exchange->limit_ms);
	due_ms = duration_earlier_ms(due_ms, exchange_notified_ms(exchange));
	if (exchange->stalled_ms)
		due_ms = duration_earlier_ms(
			exchange->fin_due_ms, exchange->stalled_ms);
	return due_ms;
}

void exchange_go_on(struct exchange *exchange, short revents)
{
	int64_t now_ms = duration_now_ms();
	bool may_send = revents & (POLLOUT | tls_awaits(exchange->tls));

	if (exchange->stage == STAGE_REFUSED) {
		if (now_ms >= exchange_due_ms(exchange))
			connect_again(exchange);
		return;
	}
	if (exchange->stage == STAGE_CONNECT && revents)
		connected(exchange);
	else if (exchange->stage < STAGE_REQUEST &&
		revents & (POLLIN | POLLERR | POLLHUP))
		exchange_read_early(exchange);
	if (may_send)
		exchange_send_output(exchange);
	if ((exchange->stage == STAGE_PREAMBLE ||
		    exchange->stage == STAGE_HANDSHAKE) &&
		revents & POLLOUT)
		exchange_prepare(exchange);
	if (exchange->stage == STAGE_REQUEST && may_send)
		exchange_sent(exchange);
	if (exchange->stage == STAGE_REQUEST ||
		exchange->stage == STAGE_REPLY) {
		if (exchange->stalled_ms && revents & POLLRDHUP)
			exchange->ended_s = duration_now_s();
		if (exchange->stalled_ms && revents & (POLLERR | POLLHUP))
			exchange->stalled_ms = 0;
		if (!exchange->stalled_ms &&
			(revents & (POLLIN | POLLERR | POLLHUP) ||
				has_input(exchange)))
			exchange_read_reply(exchange);
		if (exchange->stage != STAGE_ENDED)
			exchange_reply_time(exchange, now_ms);
	} else if (exchange->stage != STAGE_ENDED) {
		exchange_early_time(exchange, now_ms);
	}
}

void exchange_release(struct exchange *exchange)
{
	exchange->released = true;
	if (exchange->stage == STAGE_HELD)
		exchange_prepare(exchange);
}

const struct exchange_result *exchange_so_far(const struct exchange *exchange)
{
	return &exchange->result;
}

bool exchange_is_ready(const struct exchange *exchange)
{
	return exchange->stage >= STAGE_HELD;
}

int64_t exchange_silent_ms(const struct exchange *exchange)
{
	return duration_now_ms() - exchange->active_ms;
}

void exchange_finish(struct exchange *exchange, struct exchange_result *result)
{
	if (exchange->stage != STAGE_ENDED)
		exchange_end_as(exchange, exchange->result.end);
	*result = exchange->result;
	free(exchange->buffer);
	free(exchange->early);
	free(exchange);
}

void exchange_forget(struct exchange_result *result)
{
	trace_free(&result->trace);
}
