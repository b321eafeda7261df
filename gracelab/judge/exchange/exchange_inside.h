/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An exchange from within, for the files that it is made of. */
#ifndef GRACELAB_EXCHANGE_INSIDE_H
#define GRACELAB_EXCHANGE_INSIDE_H

#include "plan.h"

/* What comes before a request is no longer than this. */
#define EXCHANGE_EARLY_BYTES 65536

/* Of a reply at once. */
#define EXCHANGE_BUFFER_BYTES (128 * 1024)

enum stage {
	STAGE_REFUSED, /* to be tried again */
	STAGE_CONNECT,
	STAGE_PREAMBLE,
	STAGE_HANDSHAKE, /* of TLS */
	STAGE_GREETING,
	STAGE_HELD,
	STAGE_REQUEST, /* it is being sent; a reply may come already */
	STAGE_REPLY,
	STAGE_ENDED,
};

struct exchange {
	struct exchange_plan plan;
	struct exchange_result result;
	enum stage stage;
	int fd;          /* -1: none */
	struct tls *tls; /* owned; NULL: plain, or not yet */
	char *buffer;    /* owned: of EXCHANGE_BUFFER_BYTES */
	const char *out; /* what is to be sent, and how much of it is left */
	size_t out_left, filler_left;
	char *early; /* owned: what came before the request, not taken yet */
	size_t early_bytes;
	size_t step; /* of the preamble */
	bool released, fin_sent;
	bool fin_wanted; /* as soon as the request is sent */
	bool shut_due;   /* the FIN waits for what is before it */
	bool notified;   /* close_notify has come; the end of TCP has not */
	bool broken;     /* send(2) failed: there is nothing to send on */
	unsigned refusals;
	double opened_s;    /* when connect(2) was called */
	double empty_s;     /* when nothing was left to read, last */
	double ended_s;     /* the peer's FIN was seen during a stall; 0: not */
	int64_t fin_due_ms; /* -1: not by time */
	int64_t stalled_ms; /* not to read before; 0: read */
	int64_t active_ms;  /* when something happened last */
	int64_t whole_ms;   /* when the reply became whole; -1: not yet */
	int64_t limit_ms;   /* when it has taken too long; -1: never */
};

/* Gives a connection up that was never had. */
void exchange_no_connection(struct exchange *exchange, int error);

/* Seconds since the request was begun. */
double exchange_since(const struct exchange *exchange);

/* Notes a call in the trace; `error` of errno, 0: it gave `result`. */
void exchange_trace(struct exchange *exchange, const char *call,
	const char *text, size_t len, const char *result, int error);

/* The end: no more is done but to close. */
void exchange_end_as(struct exchange *exchange, enum exchange_end end);

/* Sends what is left; false once send(2) has failed for good. */
bool exchange_flush(struct exchange *exchange);

/*
 * exchange_tls.c: send(2), recv(2) and shutdown(2) of the sending half, with
 * TLS or without it; as tls.h has them. Of `more`, MSG_MORE.
 */
ssize_t exchange_put(
	struct exchange *exchange, const char *data, size_t len, bool more);
ssize_t exchange_take(
	struct exchange *exchange, char *buffer, size_t size, double *at_s);
void exchange_shut(struct exchange *exchange);

/* Whether records wait to be sent; sends them, and the FIN behind them. */
bool exchange_has_output(const struct exchange *exchange);
void exchange_send_output(struct exchange *exchange);

/* Begins TLS, if it is planned; goes on with the handshake. */
bool exchange_begin_tls(struct exchange *exchange);
void exchange_shake_hands(struct exchange *exchange);

/* Says why the handshake has failed, and ends. */
void exchange_refuse_tls(struct exchange *exchange);

/* Frees TLS, whose end it notes. */
void exchange_end_tls(struct exchange *exchange);

/* What an end that was read is called in a trace. */
const char *exchange_end_text(const struct exchange *exchange);

/*
 * After close_notify: ends where TCP has ended too, or where that is not to be
 * waited for. A FIN that is not owed to ours is waited for a while alone, until
 * exchange_notified_ms(); -1: as long as for everything.
 */
void exchange_look_for_end(struct exchange *exchange);
int64_t exchange_notified_ms(const struct exchange *exchange);

/* Before the request: exchange_early.c. */
void exchange_begin_preamble(struct exchange *exchange);
void exchange_prepare(struct exchange *exchange);
void exchange_refuse(struct exchange *exchange, const char *why);
void exchange_read_early(struct exchange *exchange);
void exchange_early_time(struct exchange *exchange, int64_t now_ms);

/* How long nothing may happen where it is now; -1: for ever. */
int64_t exchange_patience_ms(const struct exchange *exchange);

/* The request and the reply: exchange_reply.c. */
void exchange_ask(struct exchange *exchange);
void exchange_sent(struct exchange *exchange);
void exchange_read_reply(struct exchange *exchange);
void exchange_reply_time(struct exchange *exchange, int64_t now_ms);

#endif
