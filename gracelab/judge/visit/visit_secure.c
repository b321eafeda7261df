/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A visit that speaks TLS: the handshake, and the end of our half. */
#include <stdio.h>
#include <unistd.h>

#include "gracelab/judge/ends/layer.h"
#include "lib/base/duration.h"
#include "visit_inside.h"

/* No word of ours can reach it: all that is left is how the program ends. */
static void refuse(struct visit *visit, const char *why)
{
	static const struct visit_step exit[] = {
		{ VISIT_EXIT, 0 },
		{ VISIT_END, 0 },
	};

	snprintf(visit->refused, sizeof(visit->refused), "%s", why);
	layer_note_failure(&visit->calls[SERVER]);
	visit->shakes_hands = false;
	visit_end_tls(visit);
	close(visit->conn.fd);
	visit->conn.fd = -1;
	visit->step = exit;
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

	switch (layer_shake_hands(&visit->tls, visit->way->secure, &visit->conn,
		&visit->calls[SERVER], why)) {
	case TLS_WAITS:
		if (is_late(visit))
			refuse(visit, why);
		break;
	case TLS_FAILED:
		refuse(visit, why);
		break;
	case TLS_DONE:
		visit->version = tls_version(visit->tls);
		visit->shakes_hands = false;
		visit->active_ms = duration_now_ms();
		break;
	}
}

bool visit_is_blocked(const struct visit *visit)
{
	return layer_is_blocked(visit->tls, &visit->conn);
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
	layer_notify(visit->tls, more, &visit->calls[SERVER], visit->call_ns);
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
