/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What one observer has seen of a TLS connection: bytes in, records out. */
#ifndef GRACELAB_TLS_DIALOGUE_H
#define GRACELAB_TLS_DIALOGUE_H

#include "keylog.h"
#include "lib/base/side.h"
#include "lib/net/tls_record.h"

/* What some bytes have told. Zero-initialised: nothing. */
struct tls_taken {
	struct tls_record *records; /* owned; see below */
	size_t count;
	/* What was inside application_data, `text_bytes` long, owned. */
	char *text;
	size_t text_bytes;
	bool opened, sealed; /* some that were encrypted are open; some not */
	bool incomplete;     /* something is missing for lack of memory */
};

struct tls_dialogue;

/* Whether a side that sends these first may speak TLS: a dialogue takes some
 * room. */
bool tls_dialogue_may_begin(const void *bytes, size_t len);

/* The keys are looked for in `keylog`, which must outlive it; NULL: there are
 * none. For tls_dialogue_free(); NULL without memory. */
struct tls_dialogue *tls_dialogue_begin(struct keylog *keylog);

/*
 * Takes the next bytes that one side has sent, as they went over its socket.
 * Adds to `taken` each record whose last byte is among them, and, where they
 * end within one, what is there of that as a partial one. Whatever is no
 * record, and all behind it, adds nothing.
 */
void tls_dialogue_take(struct tls_dialogue *dialogue, enum side sender,
	const void *bytes, size_t len, struct tls_taken *taken);

/* Bytes of that side were not seen: there are no more records of it. */
void tls_dialogue_lose(struct tls_dialogue *dialogue, enum side sender);

/* Whether that side's bytes have been records so far, and there were some. */
bool tls_dialogue_is_tls(const struct tls_dialogue *dialogue, enum side sender);

/* Whether Finished was seen in both directions (RFC 8446, section 4.4.4). */
bool tls_dialogue_is_secured(const struct tls_dialogue *dialogue);

/* Whether the secrets are logged by now that open what is sealed behind it. */
bool tls_dialogue_has_secrets(const struct tls_dialogue *dialogue);

/* The version that was agreed on, or 0. */
uint16_t tls_dialogue_version(const struct tls_dialogue *dialogue);

/* May be NULL. */
void tls_dialogue_free(struct tls_dialogue *dialogue);

void tls_taken_free(struct tls_taken *taken);

#endif
