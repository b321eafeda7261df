/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A TLS record as far as it is known (RFC 8446, section 5; RFC 5246, 6.2). */
#ifndef GRACE_TLS_RECORD_H
#define GRACE_TLS_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	TLS_CHANGE_CIPHER_SPEC = 20,
	TLS_ALERT = 21,
	TLS_HANDSHAKE = 22,
	TLS_APPLICATION_DATA = 23,
};

enum {
	TLS_RECORD_1_0 = 0x0301,
	TLS_RECORD_1_1 = 0x0302,
	TLS_RECORD_1_2 = 0x0303,
	TLS_RECORD_1_3 = 0x0304,
};

enum { TLS_CLOSE_NOTIFY = 0, TLS_FINISHED = 20 };

/* How many of a record's handshake messages are named. */
#define TLS_MESSAGES_MAX 8

struct tls_record {
	/* Of what is inside where that is known, else as the header says. */
	uint8_t type;
	uint16_t version; /* that was agreed on; 0: none yet */
	/* As the header has it, without the header; 0 of a part: that is not
	 * whole itself. */
	uint16_t length;
	bool encrypted; /* what is inside is not known */
	bool partial;   /* a part of it, and the rest was not there yet: */
	uint16_t there; /* of a part: so many bytes, without the header */
	uint8_t level;  /* alert */
	uint8_t alert;  /* alert */
	uint8_t message_count;
	uint8_t messages[TLS_MESSAGES_MAX]; /* handshake: that begin here */
};

/* Each name is the RFCs', and never changes; NULL: the number has none. */
const char *tls_record_type_name(uint8_t type);
const char *tls_record_version_name(uint16_t version);
const char *tls_record_level_name(uint8_t level);
const char *tls_record_alert_name(uint8_t alert);
const char *tls_record_message_name(uint8_t message);

/* Each by its name; false for any other text. */
bool tls_record_type_parse(const char *name, uint8_t *type);
bool tls_record_version_parse(const char *name, uint16_t *version);
bool tls_record_level_parse(const char *name, uint8_t *level);

/* What is in a record, "close_notify" or "client_hello+finished", by a name or
 * by a number; "" if it is not known, or the type says it all. */
#define TLS_DESCRIPTION_SIZE 256
void tls_record_description(
	const struct tls_record *record, char out[TLS_DESCRIPTION_SIZE]);

/* Sets alert or messages by such a text; false if it is none for the type. */
bool tls_record_describe(struct tls_record *record, const char *description);

/* Whether both are of one type and say the same. */
bool tls_record_is_same(const struct tls_record *a, const struct tls_record *b);

/* Copies records, for free(3); NULL: there are none, or no memory. */
struct tls_record *tls_record_copy(
	const struct tls_record *records, size_t count);

/* The record in words, "alert close_notify", "encrypted record (23 bytes)". */
#define TLS_TEXT_SIZE (TLS_DESCRIPTION_SIZE + 64)
void tls_record_text(const struct tls_record *record, char out[TLS_TEXT_SIZE]);

#endif
