/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dialogue.h"

#include <stdlib.h>
#include <string.h>

#include "hello.h"
#include "keys.h"
#include "members.h"

static bool is_first_type(uint8_t type)
{
	/* Of a handshake, or says why there is none. */
	return type == TLS_HANDSHAKE || type == TLS_ALERT;
}

bool tls_dialogue_may_begin(const void *bytes, size_t len)
{
	return len && is_first_type(*(const uint8_t *)bytes);
}

struct tls_dialogue *tls_dialogue_begin(struct keylog *keylog)
{
	struct tls_dialogue *dialogue = calloc(1, sizeof(*dialogue));

	if (dialogue)
		dialogue->keylog = keylog;
	return dialogue;
}

static void add(struct tls_taken *taken, const struct tls_record *record)
{
	struct tls_record *records = reallocarray(
		taken->records, taken->count + 1, sizeof(*records));

	if (!records) {
		taken->incomplete = true;
		return;
	}
	taken->records = records;
	records[taken->count++] = *record;
}

static void add_text(struct tls_taken *taken, const uint8_t *text, size_t len)
{
	char *more = len ? realloc(taken->text, taken->text_bytes + len) : NULL;

	if (!len)
		return;
	if (!more) {
		taken->incomplete = true;
		return;
	}
	memcpy(more + taken->text_bytes, text, len);
	taken->text = more;
	taken->text_bytes += len;
}

/* What is inside a record, in clear or opened. */
static void take_inside(struct tls_dialogue *dialogue, enum side sender,
	const uint8_t *inside, size_t len, struct tls_record *record,
	struct tls_taken *taken)
{
	struct tls_way *way = &dialogue->ways[sender];

	switch (record->type) {
	case TLS_ALERT:
		record->encrypted = len != 2;
		if (record->encrypted)
			break;
		record->level = inside[0];
		record->alert = inside[1];
		break;
	case TLS_HANDSHAKE:
		if (hello_take(dialogue, sender, inside, len, record) &&
			way->opener.is_1_3 && !opener_update(&way->opener))
			way->opener.suite = 0;
		break;
	case TLS_APPLICATION_DATA:
		add_text(taken, inside, len);
		break;
	default:
		break;
	}
}

/* Whether this record is sealed: it is whole. */
static bool is_sealed(const struct tls_dialogue *dialogue, enum side sender)
{
	const struct tls_way *way = &dialogue->ways[sender];

	return way->phase == TLS_SEALED ||
		way->record[0] == TLS_APPLICATION_DATA;
}

/* What the record says of those behind it. */
static void follow(struct tls_dialogue *dialogue, enum side sender,
	const struct tls_record *record)
{
	struct tls_way *way = &dialogue->ways[sender];

	if (way->record[0] == TLS_CHANGE_CIPHER_SPEC && dialogue->version &&
		dialogue->version < TLS_RECORD_1_3) {
		way->phase = TLS_SEALED;
		way->opener = (struct opener){ 0 };
		way->unopened = 0;
	} else if (way->phase == TLS_SEALED && record->encrypted &&
		record->type == TLS_HANDSHAKE) {
		/* Finished is the first behind ChangeCipherSpec (RFC 5246,
		 * section 7.4.9). */
		way->finished = true;
	}
}

static void take_record(struct tls_dialogue *dialogue, enum side sender,
	struct tls_taken *taken)
{
	struct tls_way *way = &dialogue->ways[sender];
	uint8_t opened[TLS_LENGTH_MAX];
	const uint8_t *inside = way->record + TLS_HEADER_BYTES;
	size_t len = way->record_bytes - TLS_HEADER_BYTES;
	struct tls_record record = { .type = way->record[0],
		.length = (uint16_t)len };

	if (is_sealed(dialogue, sender)) {
		uint8_t type;

		/* A type that is none tells nothing, in no record either. */
		record.encrypted =
			!keys_open(dialogue, sender, opened, &len, &type) ||
			!tls_record_type_name(type);
		if (!record.encrypted) {
			record.type = type;
			inside = opened;
		}
		taken->sealed |= record.encrypted;
		taken->opened |= !record.encrypted;
	}
	if (!record.encrypted)
		take_inside(dialogue, sender, inside, len, &record, taken);
	follow(dialogue, sender, &record);
	record.version = dialogue->version;
	add(taken, &record);
}

/* Whether what is there of a header can be one. */
static bool fits(const struct tls_way *way)
{
	const uint8_t *header = way->record;

	return (way->record_bytes < 1 ||
		       (header[0] >= TLS_CHANGE_CIPHER_SPEC &&
			       header[0] <= TLS_APPLICATION_DATA &&
			       (way->phase != TLS_UNKNOWN ||
				       is_first_type(header[0])))) &&
		(way->record_bytes < 2 || header[1] == 3) &&
		(way->record_bytes < 3 ||
			header[2] <= (TLS_RECORD_1_3 & 0xff)) &&
		(way->record_bytes < TLS_HEADER_BYTES ||
			(header[3] << 8 | header[4]) <= TLS_LENGTH_MAX);
}

/* How many bytes are missing: of the header, or else of the record. */
static size_t missing(const struct tls_way *way)
{
	if (way->record_bytes < TLS_HEADER_BYTES)
		return TLS_HEADER_BYTES - way->record_bytes;
	return TLS_HEADER_BYTES +
		(size_t)(way->record[3] << 8 | way->record[4]) -
		way->record_bytes;
}

/* What is there of a record whose rest is to come. */
static void add_part(const struct tls_way *way, struct tls_taken *taken)
{
	struct tls_record part = { .partial = true };

	if (way->record_bytes >= TLS_HEADER_BYTES) {
		part.length = (uint16_t)(way->record[3] << 8 | way->record[4]);
		part.there = (uint16_t)(way->record_bytes - TLS_HEADER_BYTES);
	}
	add(taken, &part);
}

void tls_dialogue_take(struct tls_dialogue *dialogue, enum side sender,
	const void *bytes, size_t len, struct tls_taken *taken)
{
	struct tls_way *way = &dialogue->ways[sender];
	const uint8_t *at = bytes;

	if (way->phase == TLS_LOST)
		return;
	while (len) {
		size_t more = missing(way);

		more = more < len ? more : len;
		memcpy(way->record + way->record_bytes, at, more);
		way->record_bytes += more;
		at += more;
		len -= more;
		if (!fits(way)) {
			way->phase = TLS_LOST;
			return;
		}
		if (way->record_bytes < TLS_HEADER_BYTES || missing(way))
			continue;
		if (way->phase == TLS_UNKNOWN)
			way->phase = TLS_CLEAR;
		take_record(dialogue, sender, taken);
		way->record_bytes = 0;
	}
	if (way->record_bytes)
		add_part(way, taken);
}

void tls_dialogue_lose(struct tls_dialogue *dialogue, enum side sender)
{
	dialogue->ways[sender].phase = TLS_LOST;
}

bool tls_dialogue_is_tls(const struct tls_dialogue *dialogue, enum side sender)
{
	const struct tls_way *way = &dialogue->ways[sender];

	return way->phase == TLS_CLEAR || way->phase == TLS_SEALED ||
		(way->phase == TLS_UNKNOWN && way->record_bytes);
}

bool tls_dialogue_is_secured(const struct tls_dialogue *dialogue)
{
	return dialogue->ways[CLIENT].finished &&
		dialogue->ways[SERVER].finished;
}

bool tls_dialogue_has_secrets(const struct tls_dialogue *dialogue)
{
	static const enum keylog_label labels[][2] = {
		{ KEYLOG_MASTER, KEYLOG_MASTER },
		{ KEYLOG_CLIENT_TRAFFIC, KEYLOG_SERVER_TRAFFIC },
	};
	bool is_1_3 = dialogue->version == TLS_RECORD_1_3;
	bool good = dialogue->has_client_random;
	struct keylog_secret secret;

	for (size_t i = 0; i < 2 && good; i++)
		good = keylog_find(dialogue->keylog, labels[is_1_3][i],
			dialogue->client_random, &secret);
	return good;
}

uint16_t tls_dialogue_version(const struct tls_dialogue *dialogue)
{
	return dialogue->version;
}

void tls_dialogue_free(struct tls_dialogue *dialogue)
{
	free(dialogue);
}

void tls_taken_free(struct tls_taken *taken)
{
	free(taken->records);
	free(taken->text);
	*taken = (struct tls_taken){ 0 };
}
