/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "layer.h"

#include <errno.h>
#include <stdio.h>

#include "lib/base/duration.h"
#include "lib/base/names.h"

static ssize_t layer_send(void *under, const void *data, size_t len, bool more)
{
	return tls_send(under, data, len, more);
}

static ssize_t layer_recv(void *under, void *buffer, size_t size)
{
	double at_s;

	return tls_recv(under, buffer, size, &at_s);
}

static void agree(struct tls *tls, struct conn *conn, struct evidence *calls)
{
	static const struct conn_layer layer = { layer_send, layer_recv };
	char version[16];

	snprintf(version, sizeof(version), "TLS %s",
		tls_version_name(tls_version(tls)));
	evidence_note(calls, "handshake", version, false, duration_wall_ns());
	conn->layer = &layer;
	conn->under = tls;
}

enum tls_step layer_shake_hands(struct tls **tls, struct tls_context *context,
	struct conn *conn, struct evidence *calls, char why[TLS_WHY_SIZE])
{
	if (!*tls)
		*tls = tls_new(context, conn->fd);
	if (!*tls) {
		snprintf(why, TLS_WHY_SIZE, "no memory");
		return TLS_FAILED;
	}
	enum tls_step step = tls_handshake(*tls);

	if (step == TLS_DONE)
		agree(*tls, conn, calls);
	else
		tls_explain(*tls, why);
	return step;
}

void layer_note_failure(struct evidence *calls)
{
	uint64_t now_ns = duration_wall_ns();

	evidence_note(calls, "handshake", "fails", false, now_ns);
	evidence_note(calls, "close", "0", true, now_ns);
}

void layer_notify(
	struct tls *tls, bool more, struct evidence *calls, uint64_t call_ns)
{
	int error = tls_notify(tls, more) ? errno : 0;

	evidence_note(calls, "close_notify", error ? names_errno(error) : "0",
		true, call_ns);
}

bool layer_is_blocked(const struct tls *tls, const struct conn *conn)
{
	return conn->queue.head ||
		(tls && conn->fd >= 0 && tls_has_output(tls));
}
