/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opens records by the keys that secrets give, with libcrypto. */
#ifndef GRACELAB_TLS_OPENER_H
#define GRACELAB_TLS_OPENER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keylog.h"
#include "lib/base/side.h"

#define OPENER_KEY_MAX 32
#define OPENER_IV_MAX  12

/* The keys of one direction. */
struct opener {
	uint16_t suite; /* 0: there are none */
	bool is_1_3;
	uint64_t next; /* the sequence number of the next record */
	uint8_t key[OPENER_KEY_MAX], iv[OPENER_IV_MAX];
	struct keylog_secret secret; /* TLS 1.3: that they come from */
};

/* Whether records of the suite can be opened: AEAD, but no CCM. */
bool opener_knows(uint16_t suite);

/* TLS 1.3 (RFC 8446, section 7.3): false if the suite is none of its. */
bool opener_begin(struct opener *opener, uint16_t suite,
	const struct keylog_secret *secret);

/* The keys behind KeyUpdate (section 7.2). */
bool opener_update(struct opener *opener);

/* TLS 1.2 (RFC 5246, section 6.3), of who sends. */
bool opener_begin_1_2(struct opener *opener, uint16_t suite, enum side sender,
	const struct keylog_secret *master, const uint8_t client_random[32],
	const uint8_t server_random[32]);

/*
 * Opens a record: its header, five bytes, and `len` behind that. What is
 * inside goes to `out`, which has room for `len`, and its length to *out_len;
 * of TLS 1.3 with padding and type. Counts on; false, and nothing is counted:
 * it was not sealed with that key and number.
 */
bool opener_open(struct opener *opener, const uint8_t *header,
	const uint8_t *sealed, size_t len, uint8_t *out, size_t *out_len);

#endif
