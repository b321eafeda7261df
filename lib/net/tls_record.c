/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls_record.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct name {
	uint16_t number;
	const char *name;
};

static const struct name types[] = {
	{ TLS_CHANGE_CIPHER_SPEC, "change_cipher_spec" },
	{ TLS_ALERT, "alert" },
	{ TLS_HANDSHAKE, "handshake" },
	{ TLS_APPLICATION_DATA, "application_data" },
};

static const struct name versions[] = {
	{ TLS_RECORD_1_0, "TLS 1.0" },
	{ TLS_RECORD_1_1, "TLS 1.1" },
	{ TLS_RECORD_1_2, "TLS 1.2" },
	{ TLS_RECORD_1_3, "TLS 1.3" },
};

static const struct name levels[] = { { 1, "warning" }, { 2, "fatal" } };

/* RFC 8446, section 6, and what of RFC 5246, section 7.2, is not there. */
static const struct name alerts[] = {
	{ TLS_CLOSE_NOTIFY, "close_notify" },
	{ 10, "unexpected_message" },
	{ 20, "bad_record_mac" },
	{ 21, "decryption_failed" },
	{ 22, "record_overflow" },
	{ 30, "decompression_failure" },
	{ 40, "handshake_failure" },
	{ 41, "no_certificate" },
	{ 42, "bad_certificate" },
	{ 43, "unsupported_certificate" },
	{ 44, "certificate_revoked" },
	{ 45, "certificate_expired" },
	{ 46, "certificate_unknown" },
	{ 47, "illegal_parameter" },
	{ 48, "unknown_ca" },
	{ 49, "access_denied" },
	{ 50, "decode_error" },
	{ 51, "decrypt_error" },
	{ 60, "export_restriction" },
	{ 70, "protocol_version" },
	{ 71, "insufficient_security" },
	{ 80, "internal_error" },
	{ 86, "inappropriate_fallback" },
	{ 90, "user_canceled" },
	{ 100, "no_renegotiation" },
	{ 109, "missing_extension" },
	{ 110, "unsupported_extension" },
	{ 112, "unrecognized_name" },
	{ 113, "bad_certificate_status_response" },
	{ 115, "unknown_psk_identity" },
	{ 116, "certificate_required" },
	{ 120, "no_application_protocol" },
};

/* RFC 8446, section 4, and what of RFC 5246, section 7.4, is not there. */
static const struct name messages[] = {
	{ 0, "hello_request" },
	{ 1, "client_hello" },
	{ 2, "server_hello" },
	{ 4, "new_session_ticket" },
	{ 5, "end_of_early_data" },
	{ 8, "encrypted_extensions" },
	{ 11, "certificate" },
	{ 12, "server_key_exchange" },
	{ 13, "certificate_request" },
	{ 14, "server_hello_done" },
	{ 15, "certificate_verify" },
	{ 16, "client_key_exchange" },
	{ TLS_FINISHED, "finished" },
	{ 22, "certificate_status" },
	{ 24, "key_update" },
};

#define COUNT(names) (sizeof(names) / sizeof(*(names)))

static const char *name_of(
	const struct name *names, size_t count, uint16_t number)
{
	for (size_t i = 0; i < count; i++)
		if (names[i].number == number)
			return names[i].name;
	return NULL;
}

/* A number by its name, or, up to `max`, as it stands there. */
static bool number_of(const struct name *names, size_t count, const char *text,
	unsigned long max, uint16_t *number)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(names[i].name, text)) {
			*number = names[i].number;
			return true;
		}
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	*number = (uint16_t)value;
	return *text >= '0' && *text <= '9' && !*end && value <= max;
}

const char *tls_record_type_name(uint8_t type)
{
	return name_of(types, COUNT(types), type);
}

const char *tls_record_version_name(uint16_t version)
{
	return name_of(versions, COUNT(versions), version);
}

const char *tls_record_level_name(uint8_t level)
{
	return name_of(levels, COUNT(levels), level);
}

const char *tls_record_alert_name(uint8_t alert)
{
	return name_of(alerts, COUNT(alerts), alert);
}

const char *tls_record_message_name(uint8_t message)
{
	return name_of(messages, COUNT(messages), message);
}

bool tls_record_type_parse(const char *name, uint8_t *type)
{
	uint16_t number;
	bool known = number_of(types, COUNT(types), name, 0, &number);

	*type = (uint8_t)number;
	return known;
}

bool tls_record_version_parse(const char *name, uint16_t *version)
{
	return number_of(versions, COUNT(versions), name, 0, version);
}

bool tls_record_level_parse(const char *name, uint8_t *level)
{
	uint16_t number;
	bool known = number_of(levels, COUNT(levels), name, UINT8_MAX, &number);

	*level = (uint8_t)number;
	return known;
}

/* A name, or the number where it has none. */
static void put(char *out, size_t size, const char *name, uint8_t number)
{
	if (name)
		snprintf(out, size, "%s", name);
	else
		snprintf(out, size, "%u", number);
}

void tls_record_description(
	const struct tls_record *record, char out[TLS_DESCRIPTION_SIZE])
{
	size_t used = 0;

	*out = '\0';
	if (record->encrypted || record->partial)
		return;
	if (record->type == TLS_ALERT)
		put(out, TLS_DESCRIPTION_SIZE,
			tls_record_alert_name(record->alert), record->alert);
	if (record->type != TLS_HANDSHAKE)
		return;
	for (size_t i = 0; i < record->message_count; i++) {
		if (i)
			out[used++] = '+';
		put(out + used, TLS_DESCRIPTION_SIZE - used,
			tls_record_message_name(record->messages[i]),
			record->messages[i]);
		used += strlen(out + used);
	}
}

/* The messages of a record, joined with `+`. */
static bool describe_messages(struct tls_record *record, const char *text)
{
	char word[TLS_DESCRIPTION_SIZE];
	uint16_t number;

	for (record->message_count = 0; *text;) {
		size_t len = strcspn(text, "+");

		if (len >= sizeof(word) ||
			record->message_count == TLS_MESSAGES_MAX)
			return false;
		memcpy(word, text, len);
		word[len] = '\0';
		if (!number_of(messages, COUNT(messages), word, UINT8_MAX,
			    &number))
			return false;
		record->messages[record->message_count++] = (uint8_t)number;
		text += len;
		if (*text && !*++text)
			return false;
	}
	return record->message_count;
}

bool tls_record_describe(struct tls_record *record, const char *description)
{
	uint16_t number;

	if (record->type == TLS_HANDSHAKE)
		return describe_messages(record, description);
	if (record->type != TLS_ALERT ||
		!number_of(
			alerts, COUNT(alerts), description, UINT8_MAX, &number))
		return false;
	record->alert = (uint8_t)number;
	return true;
}

bool tls_record_is_same(const struct tls_record *a, const struct tls_record *b)
{
	return a->type == b->type && a->encrypted == b->encrypted &&
		a->partial == b->partial &&
		(a->type != TLS_ALERT || a->alert == b->alert) &&
		(a->type != TLS_HANDSHAKE ||
			(a->message_count == b->message_count &&
				!memcmp(a->messages, b->messages,
					a->message_count)));
}

struct tls_record *tls_record_copy(
	const struct tls_record *records, size_t count)
{
	struct tls_record *copy = count ? calloc(count, sizeof(*copy)) : NULL;

	if (copy)
		memcpy(copy, records, count * sizeof(*copy));
	return copy;
}

/* How much of it is there, so that a call that only looked ahead is known. */
static void say_part(const struct tls_record *record, char out[TLS_TEXT_SIZE])
{
	if (!record->length)
		snprintf(out, TLS_TEXT_SIZE, "part of a header");
	else if (!record->there)
		snprintf(out, TLS_TEXT_SIZE, "header of a record (%u bytes)",
			record->length);
	else
		snprintf(out, TLS_TEXT_SIZE,
			"part of a record (%u of %u bytes)", record->there,
			record->length);
}

void tls_record_text(const struct tls_record *record, char out[TLS_TEXT_SIZE])
{
	const char *type = tls_record_type_name(record->type);
	char description[TLS_DESCRIPTION_SIZE];

	/* All that TLS 1.3 encrypts is application_data from outside. */
	if (!type ||
		(record->encrypted && record->type == TLS_APPLICATION_DATA &&
			record->version != TLS_RECORD_1_2))
		type = "record";
	tls_record_description(record, description);
	if (record->partial)
		say_part(record, out);
	else if (record->encrypted)
		snprintf(out, TLS_TEXT_SIZE, "encrypted %s (%u bytes)", type,
			record->length);
	else
		snprintf(out, TLS_TEXT_SIZE, "%s%s%s", type,
			*description ? " " : "", description);
}
