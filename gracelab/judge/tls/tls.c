/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls.h"

#include <arpa/inet.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "inside.h"
#include "lib/base/duration.h"

/* What comes behind a close_notify may never stop. */
#define READS_AT_ONCE 16

/* Notes what alerts the peer sends, which OpenSSL tells nobody else. */
static void on_message(int is_written, int version, int type,
	const void *content, size_t len, SSL *ssl, void *context)
{
	struct tls *tls = context;
	const unsigned char *alert = content;

	(void)version;
	(void)ssl;
	if (is_written || type != SSL3_RT_ALERT || len < 2)
		return;
	if (alert[1] == SSL_AD_CLOSE_NOTIFY)
		tls->end.notified = true;
	else
		tls->end.alert = SSL_alert_desc_string_long(alert[1]);
}

/* Whom the client expects: the name is sent, and verified. */
static bool set_names(struct tls *tls)
{
	const struct tls_wish *wish = &tls->context->wish;
	const char *name = wish->sni ? wish->sni : wish->name;
	unsigned char address[sizeof(struct in6_addr)];

	if (!name)
		return true;
	if (inet_pton(AF_INET, name, address) == 1 ||
		inet_pton(AF_INET6, name, address) == 1)
		return X509_VERIFY_PARAM_set1_ip_asc(
			SSL_get0_param(tls->ssl), name);
	return SSL_set_tlsext_host_name(tls->ssl, name) &&
		SSL_set1_host(tls->ssl, name);
}

struct tls *tls_new(struct tls_context *context, int fd)
{
	struct tls *tls = calloc(1, sizeof(*tls));

	if (!tls)
		return NULL;
	tls->context = context;
	tls->fd = fd;
	tls->end.alert = "";
	tls->ssl = SSL_new(context->ssl);
	if (!tls->ssl || !wire_attach(tls) ||
		(!context->server && !set_names(tls))) {
		tls_free(tls);
		return NULL;
	}
	SSL_set_msg_callback(tls->ssl, on_message);
	SSL_set_msg_callback_arg(tls->ssl, tls);
	if (context->server)
		SSL_set_accept_state(tls->ssl);
	else
		SSL_set_connect_state(tls->ssl);
	return tls;
}

void tls_free(struct tls *tls)
{
	if (!tls)
		return;
	SSL_free(tls->ssl);
	free(tls->out);
	free(tls);
}

enum tls_step tls_handshake(struct tls *tls)
{
	if (tls->failed)
		return TLS_FAILED;
	ERR_clear_error();
	tls->reads = 0;
	int result = SSL_do_handshake(tls->ssl);
	int reason = SSL_get_error(tls->ssl, result);
	/* The alert of our own that says why it fails, too. */
	int sent = wire_flush(tls, false);

	if (sent && !tls->end.error)
		tls->end.error = errno;
	if (result == 1)
		return sent ? TLS_FAILED : TLS_DONE;
	if (!sent && reason == SSL_ERROR_WANT_READ)
		return TLS_WAITS;
	tls->failed = true;
	wire_keep_head(tls);
	return TLS_FAILED;
}

enum tls_version tls_version(const struct tls *tls)
{
	switch (SSL_version(tls->ssl)) {
	case TLS1_2_VERSION:
		return TLS_1_2;
	case TLS1_3_VERSION:
		return TLS_1_3;
	default:
		return TLS_ANY;
	}
}

/* Whether a call that came to that waits for the peer: for its part of a
 * handshake that it has asked for, where something was to be written. */
static bool waits(struct tls *tls, int result)
{
	return SSL_get_error(tls->ssl, result) == SSL_ERROR_WANT_READ;
}

/* Whether the peer has asked for another handshake that may still be over. */
static bool shakes_hands(const struct tls *tls)
{
	const struct tls_end *end = &tls->end;

	return SSL_in_init(tls->ssl) && !tls->failed && !end->notified &&
		!end->fin && !end->error;
}

/*
 * Whether it is still under way, once it has gone on as far as it can: by
 * peeking, since OpenSSL takes what else the peer sends meanwhile for an error
 * where it reads in order to write.
 */
static bool is_held_up(struct tls *tls)
{
	size_t bytes;
	char byte;

	if (!shakes_hands(tls))
		return false;
	ERR_clear_error();
	tls->reads = 0;
	int result = SSL_peek_ex(tls->ssl, &byte, 1, &bytes);

	/* Of what is read now poll(2) does not tell. */
	if (!result && !waits(tls, result))
		tls->failed = tls->end_due = true;
	return shakes_hands(tls);
}

ssize_t tls_send(struct tls *tls, const void *data, size_t len, bool more)
{
	bool held_up = is_held_up(tls);
	size_t done = 0;

	if (wire_flush(tls, more && !held_up))
		return -1;
	while (done < len && !tls->out_bytes && !held_up) {
		size_t left = len - done, written;

		ERR_clear_error();
		if (!SSL_write_ex(tls->ssl, (const char *)data + done,
			    left < TLS_RECORD_BYTES ? left : TLS_RECORD_BYTES,
			    &written)) {
			if (waits(tls, 0) && !tls_is_stuck(tls) &&
				!wire_flush(tls, false))
				break;
			errno = tls->end.error ? tls->end.error : EPROTO;
			return -1;
		}
		if (wire_flush(tls, more || done + written < len))
			return -1;
		done += written;
	}
	if (done)
		return (ssize_t)done;
	errno = EAGAIN;
	return len ? -1 : 0;
}

bool tls_is_stuck(const struct tls *tls)
{
	return SSL_in_init(tls->ssl) && tls->end.notified;
}

int tls_notify(struct tls *tls, bool more)
{
	if (tls->notified)
		return wire_flush(tls, more);
	tls->notify_due = is_held_up(tls);
	if (tls->notify_due)
		return wire_flush(tls, false);
	tls->notified = true;
	ERR_clear_error();
	if (SSL_shutdown(tls->ssl) < 0) {
		errno = EPROTO;
		return -1;
	}
	return wire_flush(tls, more);
}

bool tls_has_output(const struct tls *tls)
{
	return tls->out_bytes || tls->notify_due;
}

short tls_awaits(const struct tls *tls)
{
	if (!tls || tls->out_bytes || !shakes_hands(tls))
		return POLLOUT;
	return SSL_pending(tls->ssl) ? 0 : POLLIN;
}

int tls_flush(struct tls *tls)
{
	if (tls->notify_due)
		return tls_notify(tls, false);
	return wire_flush(tls, false);
}

/* What it means that nothing was read, as recv(2) would say it. */
static ssize_t explain_nothing(struct tls *tls, int result)
{
	if (tls->end.notified || (tls->end.fin && !tls->end.error))
		return 0;
	errno = tls->end.error       ? tls->end.error
		: waits(tls, result) ? EAGAIN
				     : EPROTO;
	return -1;
}

ssize_t tls_recv(struct tls *tls, void *buffer, size_t size, double *at_s)
{
	size_t got = 0, read = 0;
	int result;

	tls->reads = 0;
	do {
		ERR_clear_error();
		result = SSL_read_ex(
			tls->ssl, (char *)buffer + got, size - got, &read);
		if (result)
			got += read;
	} while (result && size - got >= TLS_RECORD_BYTES);
	*at_s = tls->at_s > 0 ? tls->at_s : duration_now_s();
	/* Of an end that is read already poll(2) does not tell. */
	tls->end_due = got && !result &&
		SSL_get_error(tls->ssl, result) != SSL_ERROR_WANT_READ;
	if (got)
		return (ssize_t)got;
	ssize_t n = explain_nothing(tls, result);
	int error = errno;

	/* Where the stream is broken an alert of ours says so. */
	wire_flush(tls, false);
	errno = error;
	return n;
}

bool tls_has_input(const struct tls *tls)
{
	return tls->end_due || SSL_pending(tls->ssl) > 0;
}

bool tls_look_for_end(struct tls *tls)
{
	struct tls_end *end = &tls->end;
	char waste[4096];

	for (int i = 0; i < READS_AT_ONCE && !end->fin && !end->error; i++) {
		ssize_t n = recv(tls->fd, waste, sizeof(waste), MSG_DONTWAIT);

		if (n < 0 && errno == EAGAIN)
			return false;
		end->fin = n == 0;
		end->error = n < 0 && errno != EINTR ? errno : 0;
	}
	return end->fin || end->error;
}

const struct tls_end *tls_end(const struct tls *tls)
{
	return &tls->end;
}
