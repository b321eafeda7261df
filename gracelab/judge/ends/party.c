/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "party.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/base/duration.h"
#include "lib/net/tcp.h"

bool party_common_init(struct party_common *common)
{
	*common = (struct party_common){
		.pattern = stream_pattern(),
		.buffer = malloc(STREAM_BUFFER_BYTES),
	};
	return common->pattern && common->buffer;
}

void party_common_free(struct party_common *common)
{
	free(common->pattern);
	free(common->buffer);
}

static void on_event(void *owner, const struct event *event)
{
	struct party *party = owner;
	bool ends = event->kind == EVENT_CLOSE || event->kind == EVENT_RESET ||
		event->kind == EVENT_SHUTDOWN;
	bool sends = ends || event->kind == EVENT_SEND ||
		(event->kind == EVENT_ERROR && !strcmp(event->call, "send"));

	/* What came to nothing renews no patience. */
	if (event->kind == EVENT_WOULD_BLOCK)
		return;
	party->active_ms = duration_now_ms();
	party->wait.ran_ms = -1;
	if (party->other)
		party->other->wait.ran_ms = -1;
	if (event->kind == EVENT_SEND && prologue_is_over(&party->prologue)) {
		if (party->first_s < 0)
			party->first_s = duration_now_s();
		party->sent += event->bytes;
	}
	if (ends && party->fin_s < 0)
		party->fin_s = duration_now_s();
	if (event->kind == EVENT_ERROR &&
		(event->error == EPIPE || event->error == ECONNRESET) &&
		!party->reset) {
		party->reset = true;
		party->error = event->error;
		if (party->end_s < 0)
			party->end_s = duration_now_s();
	}
	if (event->kind == EVENT_EOF && party->tls) {
		party->cut = !tls_end(party->tls)->notified;
		evidence_note(&party->calls, "recv",
			party->cut ? "FIN alone" : "close_notify", false,
			duration_wall_ns());
		return;
	}
	/* A segment has left before its call returns. */
	evidence_call(&party->calls, event,
		sends ? party->call_ns : duration_wall_ns());
}

void party_init(struct party *party, struct party_common *common,
	const struct party_role *role)
{
	*party = (struct party){
		.common = common,
		.between = role->between,
		.goal = role->goal,
		.wait = { .ran_ms = -1 },
		.context = { .on_event = on_event, .nosignal = true },
		.conn = { .fd = -1 },
		.prologue = { .preamble = role->preamble,
			.secures = role->secure },
		.secure = role->secure,
		.step = role->script,
		.size = role->size,
		.idle_ms = role->idle_ms,
		.more_ms = role->more_ms,
		.any_token = !role->expected,
		.first_s = -1,
		.fin_s = -1,
		.end_s = -1,
		.active_ms = duration_now_ms(),
		.call_ns = duration_wall_ns(),
		.arrivals = *common->arrivals,
	};
	memcpy(party->token, role->token, STREAM_TOKEN_BYTES);
	if (role->expected)
		memcpy(party->expected, role->expected, STREAM_TOKEN_BYTES);
}

void party_enter(
	struct party *party, int fd, enum event_kind kind, uint64_t time_ns)
{
	party->context.owner = party;
	conn_init(&party->conn, &party->context, fd, 1);
	party->connected = true;
	party->is_unix = !tcp_is(fd);
	party->active_ms = duration_now_ms();
	evidence_call(&party->calls, &(struct event){ .kind = kind }, time_ns);
}

void party_check_bytes(struct party *party, const char *bytes, size_t count)
{
	const struct party_common *common = party->common;
	uint64_t at = party->received;

	if (at < STREAM_TOKEN_BYTES) {
		size_t left = STREAM_TOKEN_BYTES - (size_t)at;

		memcpy(party->got_token + at, bytes,
			left < count ? left : count);
	}
	if (!stream_is(common->pattern,
		    party->any_token ? NULL : party->expected, at, bytes,
		    count))
		party->other_bytes = true;
	party->received += count;
}

void party_take(struct party *party, const char *bytes, size_t count)
{
	evidence_call(&party->calls,
		&(struct event){ .kind = EVENT_RECV, .bytes = count },
		duration_wall_ns());
	party_check_bytes(party, bytes, count);
}

/* How much may be read now. */
static size_t room_of(const struct party *party)
{
	int64_t left = STREAM_BUFFER_BYTES;

	/* What comes behind is for the stall that follows. */
	if (party->step->act == PARTY_AWAIT_BYTES &&
		party->step[1].act == PARTY_STALL)
		left = party_step_bytes(party) - (int64_t)party->received;
	if (left < 0)
		return 0;
	return left < STREAM_BUFFER_BYTES ? (size_t)left : STREAM_BUFFER_BYTES;
}

static void receive(struct party *party)
{
	size_t got;

	if (party->prologue.secures && prologue_is_said(&party->prologue)) {
		party_shake_hands(party);
		return;
	}
	/* Once, of TLS too, whatever that has read already. */
	if (party->may_peek)
		party->peeked_ms = duration_now_ms();
	party->may_peek = false;
	switch (conn_receive(&party->conn, party->common->buffer,
		room_of(party), false, &got)) {
	case CONN_RECEIVED:
		if (prologue_is_over(&party->prologue))
			party_check_bytes(party, party->common->buffer, got);
		else
			prologue_hear(
				&party->prologue, party->common->buffer, got);
		return;
	case CONN_NOTHING:
		return;
	case CONN_EOF:
		party->eof = true;
		break;
	case CONN_ERROR:
		party->reset = true;
		break;
	}
	if (party->end_s < 0)
		party->end_s = duration_now_s();
}

static bool wants_read(const struct party *party)
{
	if (!conn_wants_read(&party->conn))
		return false;
	if (!prologue_is_over(&party->prologue))
		return true;
	/* Of 0 bytes recv(2) gives 0, as of EOF. */
	if (party->step->act == PARTY_DEAF || !room_of(party))
		return false;
	return party->step->act != PARTY_STALL || party->may_peek;
}

static bool wants_write(const struct party *party)
{
	return conn_wants_write(&party->conn) ||
		(party->conn.fd >= 0 && party->tls &&
			tls_has_output(party->tls)) ||
		(party->conn.fd >= 0 && party->step->act == PARTY_SEND &&
			!party_holds_back(party) &&
			prologue_is_over(&party->prologue));
}

int party_events(const struct party *party)
{
	int events = (wants_read(party) ? POLLIN : 0) |
		(wants_write(party) ? tls_awaits(party->tls) : 0);

	if (party->conn.fd < 0)
		return -1;
	/* Where nothing is wanted, an end by RST is still to be seen, once. */
	if (!events &&
		(party->hung_up || party->reset ||
			(party->eof && party->fin_s >= 0)))
		return -1;
	return events;
}

static void flush(struct party *party)
{
	uint64_t before = party->sent;

	party->call_ns = duration_wall_ns();
	if (party->tls)
		tls_flush(party->tls);
	conn_flush(&party->conn);
	if (!party_is_blocked(party))
		party->blocked_ms = 0;
	else if (party->sent > before)
		party->blocked_ms = duration_now_ms();
}

void party_read_on(struct party *party)
{
	while (party->conn.fd >= 0 && party->tls && tls_has_input(party->tls) &&
		wants_read(party) && prologue_is_over(&party->prologue))
		receive(party);
}

void party_serve(struct party *party, short revents)
{
	bool reads = wants_read(party);

	if (revents & (POLLERR | POLLHUP) && !reads) {
		party->hung_up = true;
		party->active_ms = duration_now_ms();
		if (party->end_s < 0)
			party->end_s = duration_now_s();
	}
	if (conn_wants_write(&party->conn) || party_is_blocked(party))
		flush(party);
	if (reads && party->conn.fd >= 0 &&
		revents & (POLLIN | POLLERR | POLLHUP))
		receive(party);
}

int64_t party_due_ms(const struct party *party)
{
	if (party->until_ms)
		return party->until_ms;
	if (!prologue_is_over(&party->prologue))
		return prologue_due_ms(&party->prologue);
	/* What TLS has read already poll(2) does not know of. */
	if (party->tls && tls_has_input(party->tls) && wants_read(party))
		return duration_now_ms();
	if (party_holds_back(party))
		return party_again_ms(party);
	if (party->step->act == PARTY_STALL)
		return party_look_due_ms(party);
	return -1;
}

bool party_is_pausing(const struct party *party)
{
	return party->until_ms != 0;
}

bool party_is_done(const struct party *party)
{
	return party->connected &&
		(party->conn.fd < 0 ||
			(party->step->act == PARTY_END &&
				!conn_wants_write(&party->conn)));
}

void party_leave(struct party *party)
{
	if (party->conn.fd >= 0)
		close(party->conn.fd);
	party->conn.fd = -1;
	party->until_ms = 0;
	conn_forget(&party->conn);
}

void party_free(struct party *party)
{
	party_leave(party);
	tls_free(party->tls);
	party->tls = NULL;
	evidence_free(&party->calls);
}
