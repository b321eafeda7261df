/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a client says, and how its half ends. */
#include <sys/socket.h>
#include <unistd.h>

#include "lib/base/duration.h"
#include "lib/net/tcp.h"
#include "visit_inside.h"

/* Who never stops is answered meanwhile. */
#define READS_AT_ONCE 64

static ssize_t plain_send(void *under, const void *data, size_t len, bool more)
{
	const struct visit *visit = under;

	return send(visit->conn.fd, data, len,
		MSG_DONTWAIT | MSG_NOSIGNAL | (more ? MSG_MORE : 0));
}

/* Takes bytes out of the socket that were peeked at. */
static void discard(int fd, size_t bytes)
{
	char waste[4096];
	ssize_t n = 1;

	while (bytes && n > 0) {
		n = recv(fd, waste,
			bytes < sizeof(waste) ? bytes : sizeof(waste),
			MSG_DONTWAIT);
		bytes -= n > 0 ? (size_t)n : 0;
	}
}

/* As recv(2), but the last byte stays unread: SO_PEEK_OFF, socket(7). */
static ssize_t reluctant_recv(void *under, void *buffer, size_t size)
{
	struct visit *visit = under;
	int fd = visit->conn.fd;

	if (setsockopt(fd, SOL_SOCKET, SO_PEEK_OFF, &visit->unread,
		    sizeof(visit->unread)))
		return -1;
	ssize_t n = recv(fd, buffer, size, MSG_DONTWAIT | MSG_PEEK);

	if (n > 0) {
		discard(fd, (size_t)(visit->unread + n - 1));
		visit->unread = 1;
	}
	return n;
}

void visit_enter(struct visit *visit, int fd)
{
	static const struct conn_layer reluctant = { plain_send,
		reluctant_recv };

	visit->state = VISIT_SERVED;
	visit->accepted_s = duration_now_s();
	conn_init(&visit->conn, &visit->context, fd, 1);
	visit->shakes_hands = visit->way->secure != NULL;
	if (!visit->plan.leaves_unread || !visit->way->is_unix ||
		visit->shakes_hands)
		return;
	visit->conn.layer = &reluctant;
	visit->conn.under = visit;
}

static enum visit_moment now(const struct visit *visit)
{
	return visit->shut        ? MOMENT_LAST
		: visit->answered ? MOMENT_AFTER
				  : MOMENT_BEFORE;
}

/* Notes an end of the client's sending, and when it came. */
static void note_end(struct visit *visit, enum visit_moment *which)
{
	*which = now(visit);
	visit->fin_s = duration_now_s();
	visit->active_ms = duration_now_ms();
}

static void note_eof(struct visit *visit)
{
	bool notified = visit->tls && tls_end(visit->tls)->notified;

	if (visit->reset)
		return;
	note_end(visit, &visit->fin);
	*(notified ? &visit->notify : &visit->tcp_fin) = visit->fin;
}

static void note_error(struct visit *visit)
{
	/* Behind its FIN it is what met our bytes. */
	if (visit->fin)
		return;
	visit->unread_at_reset = visit->answered && visit->taken != FATE_TAKEN;
	if (visit->tls && !tls_end(visit->tls)->error)
		note_end(visit, &visit->broken);
	else
		note_end(visit, &visit->reset);
}

/* Reads once; false when there is nothing more. */
static bool receive(struct visit *visit)
{
	char buffer[65536];
	size_t got;

	switch (conn_receive(
		&visit->conn, buffer, sizeof(buffer), false, &got)) {
	case CONN_RECEIVED:
		reply_feed(&visit->heard, &visit->setting->rule, buffer, got);
		return true;
	case CONN_NOTHING:
		break;
	case CONN_EOF:
		note_eof(visit);
		break;
	case CONN_ERROR:
		note_error(visit);
		break;
	}
	return false;
}

/* Behind a close_notify, TCP has an end of its own. */
static void look_for_fin(struct visit *visit)
{
	if (!visit->tls || visit->conn.fd < 0 || !visit->notify ||
		visit->tcp_fin || visit->tcp_rst ||
		!tls_look_for_end(visit->tls))
		return;
	bool reset = tls_end(visit->tls)->error != 0;

	*(reset ? &visit->tcp_rst : &visit->tcp_fin) = now(visit);
	visit->active_ms = duration_now_ms();
	evidence_note(&visit->calls[SERVER], "recv",
		reset ? "ECONNRESET" : "0 (EOF)", false, duration_wall_ns());
}

void visit_receive(struct visit *visit)
{
	for (int i = 0; i < READS_AT_ONCE && conn_wants_read(&visit->conn); i++)
		if (!receive(visit))
			break;
	look_for_fin(visit);
}
