/* SPDX-License-Identifier: GPL-3.0-or-later */
/* TLS from within, for the files that it is made of. */
#ifndef GRACELAB_TLS_INSIDE_H
#define GRACELAB_TLS_INSIDE_H

#include <openssl/ssl.h>
#include <stdint.h>

#include "data.h"

/* What is kept of the first bytes, to say what they are. */
#define TLS_HEAD_BYTES 24

struct tls_context {
	SSL_CTX *ssl;
	BIO_METHOD *wire; /* the socket's, wire.c */
	struct tls_wish wish;
	bool server;
};

struct tls {
	const struct tls_context *context;
	SSL *ssl;
	int fd;
	char *out; /* owned: `out_bytes` of records to be sent */
	size_t out_bytes, out_room;
	char head[TLS_HEAD_BYTES]; /* the peer's first bytes, as they came */
	size_t head_bytes;
	double at_s; /* when the last bytes arrived */
	struct tls_end end;
	unsigned reads; /* of the socket, since OpenSSL was called */
	bool notified, failed;
	bool notify_due; /* close_notify waits for the end of a handshake */
	bool end_due;    /* tls_recv() has met the end, and not told it yet */
};

/* A new reference to how OpenSSL gets at our socket; NULL without memory. */
BIO_METHOD *wire_method(void);

/* Has `tls` read and write by that method; false without memory. */
bool wire_attach(struct tls *tls);

/* Keeps more of the first bytes, as far as they have come. */
void wire_keep_head(struct tls *tls);

/* Sends what is to be sent; `more`: more follows soon. 0, or -1 with errno. */
int wire_flush(struct tls *tls, bool more);

#endif
