/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Between OpenSSL and the socket: what is written is gathered, so that records
 * and a FIN may share a segment, and sent without SIGPIPE; what is read keeps
 * the time at which it arrived.
 */
#include <errno.h>
#include <openssl/bio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "gracelab/judge/arrival.h"
#include "inside.h"
#include "lib/conn/calls.h"

/* OpenSSL reads on where what comes is no data, which may never stop. */
#define READS_AT_ONCE 256

static int put(BIO *bio, const char *data, int len)
{
	struct tls *tls = BIO_get_data(bio);
	size_t bytes = (size_t)len, needed = tls->out_bytes + bytes;

	BIO_clear_retry_flags(bio);
	if (needed > tls->out_room) {
		char *out = realloc(tls->out, 2 * needed);

		if (!out)
			return -1;
		tls->out = out;
		tls->out_room = 2 * needed;
	}
	memcpy(tls->out + tls->out_bytes, data, bytes);
	tls->out_bytes = needed;
	return len;
}

static int take(BIO *bio, char *buffer, int size)
{
	struct tls *tls = BIO_get_data(bio);
	struct tls_end *end = &tls->end;

	BIO_clear_retry_flags(bio);
	if (end->fin || end->error)
		return end->fin ? 0 : -1;
	if (tls->reads++ == READS_AT_ONCE) {
		BIO_set_retry_read(bio);
		return -1;
	}
	ssize_t n = arrival_recv(tls->fd, buffer, (size_t)size, &tls->at_s);

	if (n > 0 && tls->head_bytes < TLS_HEAD_BYTES) {
		size_t room = TLS_HEAD_BYTES - tls->head_bytes;
		size_t kept = (size_t)n < room ? (size_t)n : room;

		memcpy(tls->head + tls->head_bytes, buffer, kept);
		tls->head_bytes += kept;
	}
	if (n > 0)
		return (int)n;
	if (n < 0 && calls_transient(errno)) {
		BIO_set_retry_read(bio);
		return -1;
	}
	end->fin = n == 0;
	end->error = n < 0 ? errno : 0;
	return n == 0 ? 0 : -1;
}

void wire_keep_head(struct tls *tls)
{
	size_t room = TLS_HEAD_BYTES - tls->head_bytes;
	ssize_t n = room
		? recv(tls->fd, tls->head + tls->head_bytes, room, MSG_DONTWAIT)
		: 0;

	tls->head_bytes += n > 0 ? (size_t)n : 0;
}

/*
 * OpenSSL is not to know of the end of file: it would take it for its own fatal
 * error, and send no more, where only the peer's half has ended.
 */
static long control(BIO *bio, int command, long number, void *pointer)
{
	(void)bio;
	(void)number;
	(void)pointer;
	return command == BIO_CTRL_FLUSH || command == BIO_CTRL_DUP;
}

BIO_METHOD *wire_method(void)
{
	int type = BIO_get_new_index();
	BIO_METHOD *method = type < 0
		? NULL
		: BIO_meth_new(type | BIO_TYPE_SOURCE_SINK, "grace");

	if (!method)
		return NULL;
	BIO_meth_set_write(method, put);
	BIO_meth_set_read(method, take);
	BIO_meth_set_ctrl(method, control);
	return method;
}

bool wire_attach(struct tls *tls)
{
	BIO *bio = BIO_new(tls->context->wire);

	if (!bio)
		return false;
	BIO_set_data(bio, tls);
	BIO_set_init(bio, 1);
	SSL_set_bio(tls->ssl, bio, bio);
	return true;
}

int wire_flush(struct tls *tls, bool more)
{
	size_t done = 0;
	int failed = 0;

	while (done < tls->out_bytes) {
		ssize_t n =
			send(tls->fd, tls->out + done, tls->out_bytes - done,
				MSG_NOSIGNAL | (more ? MSG_MORE : 0));

		if (n >= 0) {
			done += (size_t)n;
			continue;
		}
		if (errno == EINTR)
			continue;
		failed = calls_transient(errno) ? 0 : errno;
		break;
	}
	if (done && done < tls->out_bytes)
		memmove(tls->out, tls->out + done, tls->out_bytes - done);
	tls->out_bytes -= done;
	if (!failed)
		return 0;
	tls->out_bytes = 0;
	errno = failed;
	return -1;
}
