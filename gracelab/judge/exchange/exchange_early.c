/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An exchange before its request: the preamble, and the peer's greeting. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "exchange.h"
#include "exchange_inside.h"
#include "lib/base/duration.h"
#include "lib/base/names.h"
#include "lib/text/escape.h"

/* An answer of no known end is over when this long nothing more has come. */
#define ANSWER_QUIET_MS 200

/* So is a greeting that differs from the one that was seen. */
#define GREETING_QUIET_MS 300

/* A handshake that has to be brisk fails after this silence. */
#define HANDSHAKE_MS 1500

/* What is shown of an answer. */
#define EARLY_SHOWN 40

void exchange_refuse(struct exchange *exchange, const char *why)
{
	char *refusal = exchange->result.refusal;

	if (!*refusal)
		snprintf(refusal, sizeof(exchange->result.refusal), "%s", why);
	exchange_end_as(exchange, END_REFUSED);
}

static void drop_early(struct exchange *exchange, size_t bytes)
{
	exchange->early_bytes -= bytes;
	memmove(exchange->early, exchange->early + bytes,
		exchange->early_bytes);
}

/* True once the step under way is done. */
static bool do_step(struct exchange *exchange, int64_t now_ms)
{
	const struct preamble_step *step =
		&exchange->plan.preamble->steps[exchange->step];
	char sent[24];
	size_t taken;

	if (step->kind == PREAMBLE_SEND) {
		if (!exchange_flush(exchange))
			exchange_refuse(exchange, names_errno(errno));
		if (exchange->stage == STAGE_ENDED || exchange->out_left)
			return false;
		snprintf(sent, sizeof(sent), "%zu", step->bytes);
		exchange_trace(
			exchange, "send", step->text, step->bytes, sent, 0);
		return true;
	}
	switch (preamble_take(step, exchange->early, exchange->early_bytes,
		now_ms - exchange->active_ms >= ANSWER_QUIET_MS, &taken,
		exchange->result.refusal)) {
	case PREAMBLE_WAITS:
		return false;
	case PREAMBLE_REFUSED:
		exchange_refuse(exchange, "");
		return false;
	case PREAMBLE_TAKEN:
		drop_early(exchange, taken);
		return true;
	}
	return false;
}

void exchange_begin_preamble(struct exchange *exchange)
{
	const struct preamble *preamble = exchange->plan.preamble;

	if (!preamble || exchange->step == preamble->count) {
		exchange->stage = exchange_begin_tls(exchange) ? STAGE_HANDSHAKE
							       : STAGE_GREETING;
		return;
	}
	exchange->stage = STAGE_PREAMBLE;
	exchange->out = preamble->steps[exchange->step].text;
	exchange->out_left =
		preamble->steps[exchange->step].kind == PREAMBLE_SEND
		? preamble->steps[exchange->step].bytes
		: 0;
}

static unsigned count_lines(const char *data, size_t len)
{
	unsigned lines = 0;

	for (size_t i = 0; i < len; i++)
		lines += data[i] == '\n';
	return lines;
}

/* Whether the peer has said what it says of its own accord. */
static bool is_greeted(const struct exchange *exchange, int64_t now_ms)
{
	const struct greeting *greeting = &exchange->plan.greeting;
	bool quiet = exchange->early_bytes &&
		now_ms - exchange->active_ms >= GREETING_QUIET_MS;

	if (greeting->lines)
		return quiet ||
			count_lines(exchange->early, exchange->early_bytes) >=
			greeting->lines;
	return quiet || exchange->early_bytes >= greeting->bytes;
}

static void note_early(struct exchange *exchange)
{
	size_t bytes = exchange->early_bytes;
	struct greeting *early = &exchange->result.early;

	*early = (struct greeting){ .bytes = bytes };
	if (bytes && exchange->early[bytes - 1] == '\n')
		early->lines = count_lines(exchange->early, bytes);
}

/* All that is to be done before the request, as far as it can be. */
void exchange_prepare(struct exchange *exchange)
{
	const struct greeting *greeting = &exchange->plan.greeting;
	int64_t now_ms = duration_now_ms();

	while (exchange->stage == STAGE_PREAMBLE && do_step(exchange, now_ms)) {
		exchange->step++;
		exchange->active_ms = now_ms;
		exchange_begin_preamble(exchange);
	}
	if (exchange->stage == STAGE_HANDSHAKE)
		exchange_shake_hands(exchange);
	if (exchange->stage == STAGE_GREETING && is_greeted(exchange, now_ms)) {
		if (greeting->bytes)
			exchange->early_bytes = 0;
		exchange->stage = STAGE_HELD;
		exchange->active_ms = now_ms;
	}
	if (exchange->stage == STAGE_HELD && exchange->plan.held)
		note_early(exchange);
	if (exchange->stage == STAGE_HELD &&
		(!exchange->plan.held || exchange->released))
		exchange_ask(exchange);
}

/* What comes before the request. */
void exchange_read_early(struct exchange *exchange)
{
	size_t room = EXCHANGE_EARLY_BYTES - exchange->early_bytes;
	double at_s;

	if (exchange->stage == STAGE_HANDSHAKE) {
		exchange_prepare(exchange);
		return;
	}
	if (!room) {
		exchange_refuse(exchange,
			"it says more than 64 KiB before the request");
		return;
	}
	char *into = exchange->early + exchange->early_bytes;
	ssize_t n = exchange_take(exchange, into, room, &at_s);

	if (n > 0) {
		trace_received(&exchange->result.trace,
			at_s - exchange->opened_s, into, (size_t)n);
		exchange->early_bytes += (size_t)n;
		exchange->active_ms = duration_now_ms();
		exchange_prepare(exchange);
	} else if (n == 0) {
		exchange_trace(exchange, "recv", NULL, 0,
			exchange_end_text(exchange), 0);
		exchange_refuse(
			exchange, "it ends the connection before the request");
	} else if (errno != EAGAIN) {
		exchange->result.error = errno;
		exchange_trace(exchange, "recv", NULL, 0, NULL, errno);
		exchange_refuse(exchange,
			"it resets the connection before the request");
	}
}

int64_t exchange_patience_ms(const struct exchange *exchange)
{
	const struct preamble *preamble = exchange->plan.preamble;

	if (exchange->stage == STAGE_PREAMBLE && exchange->early_bytes &&
		preamble->steps[exchange->step].kind == PREAMBLE_ANY)
		return ANSWER_QUIET_MS;
	if (exchange->stage == STAGE_GREETING && exchange->early_bytes)
		return GREETING_QUIET_MS;
	if (exchange->stage == STAGE_HANDSHAKE && exchange->plan.brisk &&
		exchange->plan.patience_ms > HANDSHAKE_MS)
		return HANDSHAKE_MS;
	if (exchange->stage == STAGE_HELD ||
		(exchange->stage > STAGE_HELD && exchange->plan.patient))
		return -1;
	return exchange->plan.patience_ms;
}

/* What came instead of what a step expects. */
static void say_instead(struct exchange *exchange)
{
	char shown[ESCAPE_SIZE(EARLY_SHOWN)];
	size_t len =
		escape_cut(exchange->early, exchange->early_bytes, EARLY_SHOWN);

	escape_text(shown, exchange->early, len);
	snprintf(exchange->result.refusal, sizeof(exchange->result.refusal),
		"\"%s\" is not what it expects", shown);
}

/* Nothing came in time, before the request. */
void exchange_early_time(struct exchange *exchange, int64_t now_ms)
{
	if (exchange_due_ms(exchange) < 0 || now_ms < exchange_due_ms(exchange))
		return;
	if (exchange->stage == STAGE_CONNECT) {
		exchange_no_connection(exchange, ETIMEDOUT);
		return;
	}
	exchange_prepare(exchange);
	if (exchange->stage == STAGE_HANDSHAKE)
		exchange_refuse_tls(exchange);
	if (exchange->stage != STAGE_PREAMBLE &&
		exchange->stage != STAGE_GREETING)
		return;
	if (exchange->early_bytes &&
		exchange_patience_ms(exchange) < exchange->plan.patience_ms)
		return;
	if (exchange->early_bytes)
		say_instead(exchange);
	exchange_refuse(exchange,
		exchange->stage == STAGE_GREETING ? "no greeting comes"
						  : "no answer comes");
}
