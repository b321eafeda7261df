/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A visit that speaks TLS: the handshake, and the end of our half. */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/base/duration.h"
#include "lib/base/names.h"
#include "visit_inside.h"

static ssize_t layer_send(void *under, const void *data, size_t len, bool more)
{
	return tls_send(under, data, len, more);
}

static ssize_t layer_recv(void *under, void *buffer, size_t size)
{
	double at_s;

	return tls_recv(under, buffer, size, &at_s);
}

/* No word of ours can reach it: all that is left is how the program ends. */
static void refuse(struct visit *visit, const char *why)
{
	static const struct visit_step exit[] = {
		{ VISIT_EXIT, 0 },
		{ VISIT_END, 0 },
	};

	snprintf(visit->refused, sizeof(visit->refused), "%s", why);
	evidence_note(&visit->calls[SERVER], "handshake", "fails", false,
		duration_wall_ns());
	visit->shakes_hands = false;
	visit_end_tls(visit);
	close(visit->conn.fd);
	visit->conn.fd = -1;
	visit->step = exit;
	visit->active_ms = duration_now_ms();
}

static void agree(struct visit *visit)
{
	static const struct conn_layer layer = { layer_send, layer_recv };
	char version[16];

	visit->version = tls_version(visit->tls);
	snprintf(version, sizeof(version), "TLS %s",
		tls_version_name(visit->version));
	evidence_note(&visit->calls[SERVER], "handshake", version, false,
		duration_wall_ns());
	visit->shakes_hands = false;
	visit->conn.layer = &layer;
	visit->conn.under = visit->tls;
	visit->active_ms = duration_now_ms();
}

/* However slowly it goes on. */
static bool is_late(const struct visit *visit)
{
	return duration_now_s() >=
		visit->accepted_s + (double)visit->setting->patience_ms / 1000;
}

void visit_shake_hands(struct visit *visit)
{
	char why[TLS_WHY_SIZE];

	if (!visit->tls)
		visit->tls = tls_new(visit->way->secure, visit->conn.fd);
	if (!visit->tls) {
		refuse(visit, "no memory");
		return;
	}
	switch (tls_handshake(visit->tls)) {
	case TLS_WAITS:
		if (is_late(visit))
			refuse(visit, tls_explain(visit->tls, why));
		break;
	case TLS_FAILED:
		refuse(visit, tls_explain(visit->tls, why));
		break;
	case TLS_DONE:
		agree(visit);
		break;
	}
}

bool visit_is_blocked(const struct visit *visit)
{
	return visit->conn.queue.head ||
		(visit->tls && visit->conn.fd >= 0 &&
			tls_has_output(visit->tls));
}

void visit_flush(struct visit *visit)
{
	if (visit->tls && visit->conn.fd >= 0 && tls_has_output(visit->tls))
		tls_flush(visit->tls);
	if (conn_wants_write(&visit->conn))
		conn_flush(&visit->conn);
}

void visit_notify(struct visit *visit, bool more)
{
	if (!visit->tls || visit->conn.fd < 0)
		return;
	int error = tls_notify(visit->tls, more) ? errno : 0;

	evidence_note(&visit->calls[SERVER], "close_notify",
		error ? names_errno(error) : "0", true, visit->call_ns);
}

void visit_end_tls(struct visit *visit)
{
	if (!visit->tls)
		return;
	visit->alert = tls_end(visit->tls)->alert;
	tls_free(visit->tls);
	visit->tls = NULL;
	visit->conn.layer = NULL;
}
