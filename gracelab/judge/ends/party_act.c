/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an end does, step by step. */
#include "party.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

#include "lib/base/duration.h"

/* Pieces that are sent before others get their turn. */
#define PIECES_AT_ONCE 16

/* How long the other end cannot send before a stalled one may read a bit, and
 * how soon it looks again for whether all between them rests. */
#define BLOCKED_MS 20
#define LOOK_MS    2

/* Of what is sent until enough of it is held: what is more than a part of it
 * comes by so many bytes. */
#define MORE_BYTES 32768

int64_t party_step_bytes(const struct party *party)
{
	int64_t bytes = party->step->bytes;

	return bytes == PARTY_SIZE ? party->size : bytes;
}

static int64_t ms_of(const struct party *party)
{
	int64_t ms = party->step->ms;

	return (ms == PARTY_IDLE ? party->idle_ms : ms) + party->more_ms;
}

bool party_holds_back(const struct party *party)
{
	return party->conn.fd >= 0 && party->allowed &&
		party->step->act == PARTY_SEND &&
		party->step_sent >= party->allowed;
}

int64_t party_again_ms(const struct party *party)
{
	return party->looked_ms + LOOK_MS;
}

/* How much of the step may be sent by now. */
static uint64_t sendable(struct party *party)
{
	uint64_t all = (uint64_t)party_step_bytes(party);

	if (party->goal == BETWEEN_ALL || party->step->bytes != PARTY_SIZE ||
		!party->between || !party->between->takes)
		return all;
	if (!party->allowed)
		party->allowed = all / 2;
	if ((party_holds_back(party) || party_is_blocked(party)) &&
		duration_now_ms() >= party_again_ms(party)) {
		enum between_takes takes =
			party->between->takes(party->between->teller, party);

		party->looked_ms = duration_now_ms();
		if (takes == BETWEEN_ENOUGH)
			party->allowed = UINT64_MAX;
		else if (takes == BETWEEN_MORE)
			party->allowed += MORE_BYTES;
		all = (uint64_t)party_step_bytes(party);
	}
	return party->allowed < all ? party->allowed : all;
}

/* Sends what the step asks for; true once the kernel, or nobody, has it. */
static bool do_send(struct party *party)
{
	uint64_t amount = sendable(party);

	for (int i = 0; i < PIECES_AT_ONCE && party->step_sent < amount &&
		!party->conn.queue.head;
		i++) {
		size_t bytes;
		const char *piece = stream_piece(party->common->pattern,
			party->token, party->sent, amount - party->step_sent,
			party->common->buffer, &bytes);

		party->call_ns = duration_wall_ns();
		if (!conn_send(&party->conn, piece, bytes)) {
			party->step_sent = 0;
			return true;
		}
		party->step_sent += bytes;
	}
	party_note_blocked(party);
	if (party->step_sent < (uint64_t)party_step_bytes(party))
		return false;
	party->step_sent = 0;
	return true;
}

/* Whether a timed step is over; begins it the first time. */
static bool time_over(struct party *party, int64_t ms)
{
	if (!party->until_ms)
		party->until_ms = duration_deadline_ms(ms);
	if (duration_now_ms() < party->until_ms)
		return false;
	party->until_ms = 0;
	return true;
}

/* Whether the other end has sent so much, and can do no more by itself. */
static bool has_finished(const struct party *other, uint64_t bytes)
{
	if (!other || !other->connected)
		return false;
	if (other->reset)
		return true;
	return other->sent >= bytes && !party_is_blocked(other) &&
		(other->step->act == PARTY_END ||
			other->step->act == PARTY_AWAIT_TAKEN ||
			other->step->act == PARTY_AWAIT_END);
}

/* When it may read a bit, if all between them rests then; -1: never. */
static int64_t peek_due_ms(const struct party *party)
{
	const struct party *other = party->other;

	if (!other || !other->blocked_ms)
		return -1;
	return BLOCKED_MS +
		(party->peeked_ms > other->blocked_ms ? party->peeked_ms
						      : other->blocked_ms);
}

static bool other_has_finished(const struct party *party)
{
	return has_finished(party->other, (uint64_t)party_step_bytes(party));
}

int64_t party_look_due_ms(const struct party *party)
{
	int64_t due_ms = other_has_finished(party) ? 0 : peek_due_ms(party);
	int64_t again_ms = party_again_ms(party);

	if (party->until_ms || party->may_peek || due_ms < 0)
		return -1;
	return due_ms > again_ms ? due_ms : again_ms;
}

/*
 * Where the other end can do no more, or has done all: whether that is so once
 * what lies between has had its turn.
 */
static bool all_rests(struct party *party)
{
	int64_t due_ms = party_look_due_ms(party);

	if (due_ms < 0 || duration_now_ms() < due_ms)
		return false;
	party->looked_ms = duration_now_ms();
	if (between_rests(party->between, &party->wait))
		return true;
	/* What is at work is waited for. */
	party->active_ms = party->looked_ms;
	return false;
}

static bool stall_over(struct party *party)
{
	if (party->conn.fd < 0 || party->hung_up ||
		party->conn.receiving != RECEIVING_OPEN) {
		party->until_ms = 0;
		return true;
	}
	if (party->until_ms)
		return time_over(party, ms_of(party));
	if (!all_rests(party))
		return false;
	if (other_has_finished(party))
		return time_over(party, ms_of(party));
	struct pollfd other = { party->other->conn.fd, POLLOUT, 0 };

	party->may_peek = poll(&other, 1, 0) == 0;
	return false;
}

/*
 * Whether connections have arrived, or none comes in time. Who works on when it
 * is over may connect yet; and before it was seen to rest, may have, so that
 * who arrives is looked for once more.
 */
static bool has_listened(struct party *party)
{
	if (*party->common->arrivals - party->arrivals >=
		(uint64_t)party_step_bytes(party)) {
		party->until_ms = 0;
		return true;
	}
	if (!party->until_ms || duration_now_ms() < party->until_ms ||
		party->rested)
		return time_over(party, ms_of(party));
	party->rested = between_rests(party->between, &party->wait);
	if (!party->rested)
		party->active_ms = duration_now_ms();
	return false;
}

static bool has_ended(const struct party *party)
{
	return party->conn.receiving != RECEIVING_OPEN;
}

/* Acts on the step under way; true when the next one may begin. */
static bool do_step(struct party *party)
{
	struct conn *conn = &party->conn;
	const struct party_step *step = party->step;

	party->call_ns = duration_wall_ns();
	switch (step->act) {
	case PARTY_SEND:
		return do_send(party);
	case PARTY_SHUT:
		if (!party_notify(party))
			return false;
		conn_shutdown(conn, SHUT_WR);
		return true;
	case PARTY_CLOSE:
		if (!party_notify(party))
			return false;
		conn_close(conn);
		return true;
	case PARTY_DIE:
		conn_close(conn);
		return true;
	case PARTY_RESET:
		conn_reset(conn);
		return true;
	case PARTY_PAUSE:
		return time_over(party, ms_of(party));
	case PARTY_STALL:
		return stall_over(party);
	case PARTY_AWAIT_BYTES:
		return party->received >= (uint64_t)party_step_bytes(party) ||
			has_ended(party);
	case PARTY_AWAIT_ALL:
		return has_ended(party) ||
			(has_finished(party->other,
				 (uint64_t)party_step_bytes(party)) &&
				party->received >= party->other->sent);
	case PARTY_AWAIT_TAKEN:
		return party->reset || has_ended(party) ||
			(party->other && party->other->received >= party->sent);
	case PARTY_AWAIT_END:
		return has_ended(party);
	case PARTY_LISTEN:
		return has_listened(party);
	case PARTY_HOLD:
	case PARTY_DEAF:
		return party->common->gate;
	case PARTY_END:
		return false;
	}
	return false;
}

/* Says what comes before the script; what has come behind it is the script's.
 */
static void do_prologue(struct party *party)
{
	struct prologue *prologue = &party->prologue;
	size_t bytes;

	party->call_ns = duration_wall_ns();
	prologue_act(prologue, &party->conn);
	if (prologue->secures && prologue_is_said(prologue))
		party_shake_hands(party);
	if (!prologue_is_over(prologue) || party->tls)
		return;
	bytes = prologue->bytes;
	prologue->bytes = 0;
	party_check_bytes(party, prologue->heard, bytes);
}

void party_act(struct party *party)
{
	if (party->connected && party->conn.fd >= 0 &&
		!prologue_is_over(&party->prologue))
		do_prologue(party);
	if (!prologue_is_over(&party->prologue))
		return;
	party_read_on(party);
	while (party->connected && party->conn.fd >= 0 &&
		party->step->act != PARTY_END && do_step(party)) {
		if (party->common->on_step)
			party->common->on_step(party->common->context);
		party->step++;
		party->active_ms = duration_now_ms();
	}
}
