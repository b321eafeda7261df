/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a dialogue consists of: data alone. */
#ifndef GRACELAB_TLS_MEMBERS_H
#define GRACELAB_TLS_MEMBERS_H

#include "lib/base/side.h"
#include "lib/net/tls_record.h"
#include "opener.h"

enum {
	TLS_HEADER_BYTES = 5,
	/* RFC 5246, section 6.2.3; TLS 1.3 allows less. */
	TLS_LENGTH_MAX = (1 << 14) + 2048,
	TLS_RECORD_MAX = TLS_HEADER_BYTES + TLS_LENGTH_MAX,
	/* What is looked at of a handshake message: a ServerHello whole, even
	 * with a large key share. */
	TLS_MESSAGE_MAX = 4096,
};

/* Handshake messages out of records that need not end where they do. */
struct tls_messages {
	uint8_t bytes[TLS_MESSAGE_MAX]; /* of the message, its header first */
	size_t kept;                    /* of them */
	size_t left;          /* of the message, behind what is there of it */
	uint8_t header_bytes; /* below 4: it is not whole yet */
};

enum tls_phase {
	TLS_UNKNOWN, /* nothing was seen yet */
	TLS_CLEAR,   /* records are not encrypted yet */
	TLS_SEALED,  /* TLS 1.2, behind ChangeCipherSpec */
	TLS_LOST,    /* these are no records, or some were not seen */
};

/* What one side sends. */
struct tls_way {
	enum tls_phase phase;
	struct opener opener; /* suite 0: none that has opened anything */
	uint64_t unopened;    /* sealed records, since the keys were new */
	bool finished;        /* Finished was seen */
	bool has_traffic;     /* TLS 1.3: the opener is that behind Finished */
	struct tls_messages messages;
	uint8_t record[TLS_RECORD_MAX]; /* what is there of the next */
	size_t record_bytes;
};

struct tls_dialogue {
	struct keylog *keylog; /* not owned */
	bool has_client_random, has_server_random;
	uint8_t client_random[KEYLOG_RANDOM_BYTES];
	uint8_t server_random[KEYLOG_RANDOM_BYTES];
	uint16_t version, suite; /* 0: not agreed on yet */
	struct tls_way ways[SIDES];
};

#endif
