/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A party that speaks TLS: the handshake, and the end of its half. */
#include <stdio.h>

#include "layer.h"
#include "lib/base/duration.h"
#include "party.h"

static void refuse(struct party *party)
{
	party->prologue.refused = true;
	layer_note_failure(&party->calls);
	/* Whoever this is, it is nobody who goes on. */
	party->reset = true;
	party->end_s = duration_now_s();
	party_leave(party);
}

void party_secure(struct party *party, struct tls *tls)
{
	party->tls = tls;
	party->prologue.secures = true;
	party_shake_hands(party);
}

void party_shake_hands(struct party *party)
{
	char why[TLS_WHY_SIZE];
	enum tls_step step = layer_shake_hands(
		&party->tls, party->secure, &party->conn, &party->calls, why);

	if (step == TLS_DONE) {
		party->prologue.secures = false;
		party->active_ms = duration_now_ms();
		return;
	}
	snprintf(party->prologue.why, sizeof(party->prologue.why), "%s", why);
	if (step == TLS_FAILED)
		refuse(party);
}

bool party_is_blocked(const struct party *party)
{
	return layer_is_blocked(party->tls, &party->conn);
}

void party_note_blocked(struct party *party)
{
	if (party_is_blocked(party) && !party->blocked_ms)
		party->blocked_ms = duration_now_ms();
}

bool party_notify(struct party *party)
{
	if (!party->tls || party->conn.sending == SENDING_SHUT)
		return true;
	if (!party->notified && !party->conn.queue.head) {
		party->notified = true;
		if (party->fin_s < 0)
			party->fin_s = duration_now_s();
		layer_notify(party->tls, true, &party->calls, party->call_ns);
	}
	party_note_blocked(party);
	return party->notified && !party_is_blocked(party);
}
