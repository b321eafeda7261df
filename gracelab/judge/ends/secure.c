/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A party that speaks TLS: the handshake, and the end of its half. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/duration.h"
#include "lib/base/names.h"
#include "party.h"

static ssize_t layer_send(void *under, const void *data, size_t len, bool more)
{
	return tls_send(under, data, len, more);
}

static ssize_t layer_recv(void *under, void *buffer, size_t size)
{
	double at_s;

	return tls_recv(under, buffer, size, &at_s);
}

static const struct conn_layer layer = { layer_send, layer_recv };

static void refuse(struct party *party, const char *why)
{
	party->prologue.refused = true;
	snprintf(party->prologue.why, sizeof(party->prologue.why), "%s", why);
	evidence_note(
		&party->calls, "handshake", "fails", false, duration_wall_ns());
	/* Whoever this is, it is nobody who goes on. */
	party->reset = true;
	party->end_s = duration_now_s();
	evidence_note(&party->calls, "close", "0", true, duration_wall_ns());
	party_leave(party);
}

static void agree(struct party *party)
{
	char version[16];

	snprintf(version, sizeof(version), "TLS %s",
		tls_version_name(tls_version(party->tls)));
	evidence_note(
		&party->calls, "handshake", version, false, duration_wall_ns());
	party->prologue.secures = false;
	party->conn.layer = &layer;
	party->conn.under = party->tls;
	party->active_ms = duration_now_ms();
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

	if (!party->tls)
		party->tls = tls_new(party->secure, party->conn.fd);
	if (!party->tls) {
		refuse(party, "no memory");
		return;
	}
	switch (tls_handshake(party->tls)) {
	case TLS_WAITS:
		tls_explain(party->tls, party->prologue.why);
		break;
	case TLS_FAILED:
		refuse(party, tls_explain(party->tls, why));
		break;
	case TLS_DONE:
		agree(party);
		break;
	}
}

bool party_is_blocked(const struct party *party)
{
	return party->conn.queue.head ||
		(party->tls && party->conn.fd >= 0 &&
			tls_has_output(party->tls));
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
		int error = tls_notify(party->tls, true) ? errno : 0;

		party->notified = true;
		if (party->fin_s < 0)
			party->fin_s = duration_now_s();
		evidence_note(&party->calls, "close_notify",
			error ? names_errno(error) : "0", true, party->call_ns);
	}
	party_note_blocked(party);
	return party->notified && !party_is_blocked(party);
}
