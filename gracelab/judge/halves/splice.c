/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "splice.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

void splice_keep_little(int fd)
{
	int bytes = SPLICE_BYTES;

	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
}

void splice_abort(int fd)
{
	const struct linger linger = { .l_onoff = 1 };

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	close(fd);
}

struct splice *splice_new(int one, int other)
{
	struct splice *splice = calloc(1, sizeof(*splice));

	if (!splice) {
		close(one);
		close(other);
		return NULL;
	}
	splice->fds[0] = one;
	splice->fds[1] = other;
	return splice;
}

void splice_say(struct splice *splice, const char *text)
{
	struct splice_way *way = &splice->ways[0];

	way->to = strnlen(text, SPLICE_BYTES);
	memcpy(way->bytes, text, way->to);
}

static bool has_room(const struct splice_way *way)
{
	return !way->ended && way->to < SPLICE_BYTES;
}

void splice_wants(const struct splice *splice, struct pollfd polled[2])
{
	for (int i = 0; i < 2; i++) {
		const struct splice_way *in = &splice->ways[i];
		const struct splice_way *out = &splice->ways[!i];
		/* poll(2) would say so again and again. */
		bool is_over = in->ended && out->passed_on;

		polled[i] = (struct pollfd){
			.fd = is_over ? -1 : splice->fds[i],
			.events = (short)((has_room(in) ? POLLIN : 0) |
				(out->from < out->to ? POLLOUT : 0)),
		};
	}
}

/* Reads what there is room for; false where it was reset. */
static bool take(struct splice *splice, int i)
{
	struct splice_way *way = &splice->ways[i];
	ssize_t got;

	if (!has_room(way))
		return true;
	got = recv(splice->fds[i], way->bytes + way->to, SPLICE_BYTES - way->to,
		0);
	if (got > 0)
		way->to += (size_t)got;
	way->ended = got == 0;
	return got >= 0 || errno == EAGAIN || errno == EINTR;
}

/* Sends what waits, and the FIN behind it; false where it was reset. */
static bool give(struct splice *splice, int i)
{
	struct splice_way *way = &splice->ways[i];
	int other = splice->fds[!i];

	if (way->from < way->to) {
		ssize_t sent = send(other, way->bytes + way->from,
			way->to - way->from, MSG_NOSIGNAL);

		if (sent < 0 && errno != EAGAIN && errno != EINTR)
			return false;
		way->from += sent > 0 ? (size_t)sent : 0;
	}
	if (way->from == way->to)
		way->from = way->to = 0;
	if (way->ended && !way->to && !way->passed_on) {
		way->passed_on = true;
		shutdown(other, SHUT_WR);
	}
	return true;
}

/* A RST that nothing was left to read of. */
static bool was_reset(int fd, short revents)
{
	int error = 0;
	socklen_t bytes = sizeof(error);

	return revents & POLLERR &&
		!getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &bytes) && error;
}

void splice_end(struct splice *splice)
{
	for (int i = 0; i < 2; i++) {
		if (splice->fds[i] >= 0)
			close(splice->fds[i]);
		splice->fds[i] = -1;
	}
}

static void abort_both(struct splice *splice)
{
	for (int i = 0; i < 2; i++) {
		splice_abort(splice->fds[i]);
		splice->fds[i] = -1;
	}
}

bool splice_go_on(struct splice *splice, const struct pollfd polled[2])
{
	for (int i = 0; i < 2; i++)
		if (was_reset(splice->fds[i], polled[i].revents) ||
			!take(splice, i) || !give(splice, i)) {
			abort_both(splice);
			return false;
		}
	if (splice->ways[0].passed_on && splice->ways[1].passed_on) {
		splice_end(splice);
		return false;
	}
	return true;
}
